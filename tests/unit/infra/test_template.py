"""What the packaged template promises: least privilege, no message lost unseen, two stages side by side."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.package import Package
from infra.template import queues, tables
from infra.template.functions import FUNCTIONS

NAMED_BY = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Serverless::Api": "Name",
    "AWS::Serverless::Function": "FunctionName",
}

KNOW_NO_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


@pytest.fixture(scope="module")
def resources(aws_package: Package) -> dict[str, Any]:
    found: dict[str, Any] = aws_package.template["Resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Logical id → properties."""
    return {name: resource["Properties"] for name, resource in resources.items() if resource["Type"] == kind}


def functions(resources: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return of_type(resources, "AWS::Serverless::Function")


def events(resources: dict[str, Any], kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(function, properties of its event) of every trigger of a kind."""
    for name, function in functions(resources).items():
        for event in function.get("Events", {}).values():
            if event["Type"] == kind:
                yield name, event["Properties"]


def statements(resources: dict[str, Any], function: str) -> list[dict[str, Any]]:
    role = functions(resources)[function]["Role"]["Fn::GetAtt"][0]
    return [
        statement
        for policy in resources[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def actions_on(resources: dict[str, Any], function: str, logical_id: str) -> set[str]:
    """What a function may do to a resource."""
    return {
        action
        for statement in statements(resources, function)
        if any(mark in json.dumps(statement["Resource"]) for mark in (f'"{logical_id}"', f"${{{logical_id}."))
        for action in statement["Action"]
    }


class TestLeastPrivilege:
    def test_each_function_has_a_role_of_its_own(self, resources: dict[str, Any]) -> None:
        roles = [function["Role"]["Fn::GetAtt"][0] for function in functions(resources).values()]
        assert len(set(roles)) == len(FUNCTIONS) == len(roles)

    def test_a_star_stands_only_for_what_knows_no_resource(self, resources: dict[str, Any]) -> None:
        for function in FUNCTIONS:
            for statement in statements(resources, function):
                assert "*" not in json.dumps(statement["Action"])
                if statement["Resource"] == "*":
                    assert set(statement["Action"]) <= KNOW_NO_RESOURCE

    def test_every_resource_belongs_to_the_stage(self, resources: dict[str, Any]) -> None:
        for function in FUNCTIONS:
            for statement in statements(resources, function):
                for resource in as_list(statement["Resource"]):
                    own = isinstance(resource, dict) and ("Ref" in resource or "Fn::GetAtt" in resource)
                    scoped = own or any(mark in str(resource) for mark in ("${Stage}", ".Arn}", ":key/*"))
                    assert scoped or resource == "*", f"{function}: {resource}"

    def test_nobody_scans(self, resources: dict[str, Any]) -> None:
        assert "Scan" not in json.dumps(resources)

    def test_the_planner_reads_clients_and_never_writes_them(self, resources: dict[str, Any]) -> None:
        assert actions_on(resources, "Planner", "DeskTable") == {
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
        }

    def test_only_the_status_page_writes_objects(self, resources: dict[str, Any]) -> None:
        writers = {function for function in FUNCTIONS if actions_on(resources, function, "StatusBucket")}
        assert writers == {"StatusPage"}

    def test_a_function_is_told_of_exactly_what_it_may_touch(self, resources: dict[str, Any]) -> None:
        for name, function in functions(resources).items():
            told = {v["Ref"] for v in function["Environment"]["Variables"].values() if "Ref" in v}
            kinds = ("AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::S3::Bucket")
            touchable = {
                logical_id
                for kind in kinds
                for logical_id in of_type(resources, kind)
                if actions_on(resources, name, logical_id) and logical_id != "DeadAnnouncements"
            }
            assert touchable == {ref for ref in told if ref in resources}, name


class TestNothingIsLostUnseen:
    def test_every_queue_has_dead_letters_of_its_own_kind(self, resources: dict[str, Any]) -> None:
        found = of_type(resources, "AWS::SQS::Queue")
        for name in queues.QUEUES:
            queue = found[queues.queue_id(name)]
            dead = found[queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]]
            assert queue.get("FifoQueue") == dead.get("FifoQueue")
            assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]

    def test_no_queue_stands_outside_the_table(self, resources: dict[str, Any]) -> None:
        expected = {queues.queue_id(name) for name in queues.QUEUES} | set(queues.dead_letter_ids())
        assert of_type(resources, "AWS::SQS::Queue").keys() == expected

    def test_every_queue_has_an_alarm_that_somebody_hears(self, resources: dict[str, Any]) -> None:
        watched = set()
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values():
            assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}]
            watched |= {
                dimension["Value"]["Fn::GetAtt"][0]
                for dimension in alarm["Dimensions"]
                if dimension["Name"] == "QueueName"
            }
        assert watched == of_type(resources, "AWS::SQS::Queue").keys()

    def test_a_message_stays_hidden_six_times_as_long_as_its_consumer_may_run(self, resources: dict[str, Any]) -> None:
        found = of_type(resources, "AWS::SQS::Queue")
        consumers = list(events(resources, "SQS"))
        assert len(consumers) == len(queues.QUEUES)
        for function, event in consumers:
            queue = found[event["Queue"]["Fn::GetAtt"][0]]
            assert queue["VisibilityTimeout"] >= 6 * functions(resources)[function]["Timeout"]

    def test_every_consumer_reports_partial_failures(self, resources: dict[str, Any]) -> None:
        for _, event in events(resources, "SQS"):
            assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_an_announcement_that_no_function_took_is_kept(self, resources: dict[str, Any]) -> None:
        subscribed = dict(events(resources, "SNS"))
        assert subscribed.keys() == {"AudienceCounter", "Planner", "EmergencyChannel", "OutageTickets", "StatusPage"}
        for function, event in subscribed.items():
            kept = {"Fn::GetAtt": ["DeadAnnouncements", "Arn"]}
            assert event["RedrivePolicy"]["deadLetterTargetArn"] == kept
            on_failure = functions(resources)[function]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
            assert on_failure["Destination"] == kept
            assert actions_on(resources, function, "DeadAnnouncements") == {"sqs:SendMessage"}

    def test_every_function_has_alarms_for_errors_and_throttles(self, resources: dict[str, Any]) -> None:
        watched = {
            (dimension["Value"]["Ref"], alarm["MetricName"])
            for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
            for dimension in alarm["Dimensions"]
            if dimension["Name"] == "FunctionName"
        }
        assert watched >= {(function, metric) for function in FUNCTIONS for metric in ("Errors", "Throttles")}

    def test_tables_are_protected(self, resources: dict[str, Any], aws_package: Package) -> None:
        assert aws_package.template["Parameters"]["ProtectData"]["Default"] == "true"
        found = of_type(resources, "AWS::DynamoDB::Table")
        assert len(found) == len(tables.TABLES)
        for logical_id, table in found.items():
            assert table["DeletionProtectionEnabled"] == {"Fn::If": ["ProtectsData", True, False]}
            assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
            assert resources[logical_id]["DeletionPolicy"] == "Retain"


class TestStagesSideBySide:
    def test_every_physical_name_carries_the_stage(self, resources: dict[str, Any]) -> None:
        for kind, property_name in NAMED_BY.items():
            found = of_type(resources, kind)
            assert found, kind
            for logical_id, properties in found.items():
                assert "${Stage}" in properties[property_name]["Fn::Sub"], logical_id

    def test_no_trigger_is_named_by_a_plain_string(self, resources: dict[str, Any]) -> None:
        triggers = [event["Queue"] for _, event in events(resources, "SQS")]
        triggers += [event["Topic"] for _, event in events(resources, "SNS")]
        assert all(isinstance(trigger, dict) and "Fn::Sub" not in trigger for trigger in triggers)
        assert len(triggers) == 12

    def test_names_of_cloudfront_objects_carry_the_stage_too(self, resources: dict[str, Any]) -> None:
        cdn = [r for r in resources.values() if r["Type"].startswith("AWS::CloudFront::") and "Config" in str(r)]
        assert len(cdn) == 4
        assert all("${Stage}" in json.dumps(resource) for resource in cdn)

    def test_the_processor_follows_the_stage(self, aws_package: Package, local_package: Package) -> None:
        from infra.architecture import architecture

        for made, wanted in ((aws_package, "arm64"), (local_package, architecture("local"))):
            assert {tuple(f["Architectures"]) for f in functions(made.template["Resources"]).values()} == {(wanted,)}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
