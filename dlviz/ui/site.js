// The page's language and its large type; what Streamlit itself has no word for.
export default function ({ data }) {
  document.documentElement.lang = data.lang;
  document.documentElement.classList.toggle('dl-presenting', data.present);
  return () => document.documentElement.classList.remove('dl-presenting');
}
