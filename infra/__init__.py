"""How Vipdesk is built, deployed and run on one machine. Nothing here ships to Lambda or is imported by it."""
