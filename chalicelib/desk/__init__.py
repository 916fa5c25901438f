"""The rules of the desk, pure: no AWS, no HTTP, no clock. Time comes in as an argument, always aware UTC."""
