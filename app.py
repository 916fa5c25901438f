"""The table of contents of Vipdesk: one Chalice app and the blueprints it is made of. Nothing else belongs here."""

from chalice import Chalice

from chalicelib.handlers import (
    admin,
    admin_clients,
    admin_identity,
    admin_outages,
    admin_report,
    admin_settings,
    admin_surveys,
    admin_themes,
    admin_tickets,
    dashboard,
    files,
    http,
    outages,
    outbox,
    rhythm,
    service_levels,
    status,
    surveys,
    webhooks,
)

app = Chalice(app_name="vipdesk")
app.api.binary_types.extend(http.BINARY)

WORKERS = (outbox, service_levels, rhythm, outages, status)
PUBLIC = (webhooks, surveys, dashboard, files)
ADMIN = (
    admin,
    admin_tickets,
    admin_clients,
    admin_identity,
    admin_outages,
    admin_report,
    admin_settings,
    admin_surveys,
    admin_themes,
)

for room in (*PUBLIC, *WORKERS, *ADMIN):
    app.register_blueprint(room.bp)
