"""The entry for Streamlit Community Cloud: beside it lies the list of what the cloud is to install."""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
os.environ.setdefault("DLVIZ_CACHE_MB", "96")  # of 690 MB in all
runpy.run_path(str(ROOT / "dlviz" / "ui" / "site.py"), run_name="__main__")
