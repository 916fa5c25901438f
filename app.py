"""The table of contents of Vipdesk: one Chalice app and the blueprints it is made of. Nothing else belongs here."""

from chalice import Chalice

from chalicelib.handlers import admin, outages, outbox, service_levels, status, surveys, webhooks

app = Chalice(app_name="vipdesk")

for room in (webhooks, outbox, service_levels, outages, status, surveys, admin):
    app.register_blueprint(room.bp)
