"""The sandbox's WhatsApp: the Cloud API of one business account, and the people who write to its number."""
