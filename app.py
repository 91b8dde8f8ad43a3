"""The app: `streamlit run app.py`.

Where Streamlit honours `app`, this file is the server's entry: it serves the browser's scripts with long cache
headers and warms up before the first visitor. Executed as a plain script it runs the site itself, and the stage
carries what the routes would have served.
"""

import runpy
import sys
from pathlib import Path

import streamlit as st

HOUSE = Path(__file__).parent
SITE = HOUSE / "dlviz" / "ui" / "site.py"
sys.path[:0] = [] if str(HOUSE) in sys.path else [str(HOUSE)]

if st.runtime.exists() and st.runtime.scriptrunner.get_script_run_ctx(suppress_warning=True):
    runpy.run_path(str(SITE), run_name="__main__")
else:
    from dlviz.ui.server import MIDDLEWARE, ROUTES, lifespan

    app = st.App(SITE, routes=ROUTES, middleware=MIDDLEWARE, lifespan=lifespan)
