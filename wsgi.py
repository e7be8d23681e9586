"""For any WSGI server: `gunicorn wsgi:app`."""

from app.config import from_environment
from app.factory import create_app
from app.logs import configure

configure(from_environment().log_format)
app = create_app()
