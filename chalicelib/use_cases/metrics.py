"""Counts that alarms watch, as log lines in CloudWatch's embedded metric format: no call, no permission, no client.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time

from chalicelib.store.environment import environment


def count(metric: str, n: int = 1) -> None:
    """Add ``n`` to ``metric`` of namespace Vipdesk, by stage."""
    directive = {"Namespace": "Vipdesk", "Dimensions": [["Stage"]], "Metrics": [{"Name": metric, "Unit": "Count"}]}
    line = {"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}}
    print(json.dumps({**line, "Stage": environment().stage, metric: n}), flush=True)
