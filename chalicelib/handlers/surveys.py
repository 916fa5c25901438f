"""GET/POST /survey/{token}: the survey page. Opening it records nothing; only a POST does."""

from chalice import Blueprint

bp = Blueprint(__name__)
