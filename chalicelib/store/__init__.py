"""Where state lives: PynamoDB models and access patterns, queues, topics, objects, secrets. The only place that knows keys."""
