"""/admin/*: the tiny HTTP side of the desk for operators, programs and announcers."""

from chalice import Blueprint

bp = Blueprint(__name__)
