"""Starts ministack with what we met in it that differs from AWS put right. Run by ministack's own interpreter.

Each correction names the place in ministack 1.5.33; when the pin changes, see whether it is still needed.
"""

# mypy: disable-error-code="import-not-found"
import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.app import main
from ministack.core import iam_actions, lambda_runtime
from ministack.services import apigateway_v1, dynamodb, lambda_svc, sns

MOST_EXPRESSIONS = 1000  # ours are a few dozen


def _with_every_field(deliver: Any) -> Any:
    """services/sns.py:2037 leaves out a Subject and attributes that were not given; AWS sends null and {}, and Chalice
    reads both."""

    def deliver_to_lambda(endpoint: str, envelope: str, *rest: Any) -> None:
        complete = {"Subject": None, "MessageAttributes": {}, **json.loads(envelope)}
        deliver(endpoint, json.dumps(complete), *rest)

    return deliver_to_lambda


def _with_parameter_paths(extract: Any) -> Any:
    """core/iam_actions.py:1511 knows parameters by Name only, so GetParametersByPath was judged as if on ``*``."""

    def extract_resource_arn(
        service: str, method: str, path: str, headers: Any, body: bytes, query: Any, region: str, account: str
    ) -> Any:
        found = extract(service, method, path, headers, body, query, region, account)
        if service == "ssm" and found == "*" and (parameter_path := json.loads(body or b"{}").get("Path")):
            return f"arn:aws:ssm:{region}:{account}:parameter{parameter_path.rstrip('/')}"
        return found

    return extract_resource_arn


def _with_batches(extract: Any) -> Any:
    """core/iam_actions.py:739 asks for ``sqs:SendMessageBatch``; on AWS a batch needs the permission of one message.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
    """

    def extract_iam_action(service: str, *rest: Any, **more: Any) -> Any:
        action = extract(service, *rest, **more)
        return action.removesuffix("Batch") if service in ("sqs", "sns") and action else action

    return extract_iam_action


def _with_binary_types(import_api: Any) -> Any:
    """services/cloudformation/provisioners.py:5171 looks for them beside the document that Chalice writes them into, and every
    body was taken for UTF-8.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-binary-media-types.html
    """

    def import_rest_api(document: Any, about: Any) -> Any:
        return import_api(document, {**about, "binaryMediaTypes": document["x-amazon-apigateway-binary-media-types"]})

    return import_rest_api


def _read_once(evaluate: Any) -> Any:
    """services/dynamodb.py:6956 reads and checks an expression anew for each item of a partition, which is most of what a query
    of thousands costs. One that was in order once is: but for the bounds of BETWEEN, which are values.
    """
    in_order: dict[tuple[str, str], Any] = {}

    def evaluate_condition(expr: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression") -> Any:
        if tokens := in_order.get((expr, slot)):
            try:
                return dynamodb._ExprEval(tokens, item, values, names).evaluate()
            except Exception:
                return evaluate(expr, item, values, names, slot)  # says it in AWS's words
        result = evaluate(expr, item, values, names, slot)
        if expr and "BETWEEN" not in expr.upper() and len(in_order) < MOST_EXPRESSIONS:
            in_order[expr, slot] = dynamodb._tokenize(expr)
        return result

    return evaluate_condition


def _with_gateway_responses(import_api: Any) -> Any:
    """services/apigateway_v1.py:3807 leaves out what the document says that API Gateway is to answer by itself.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-gateway-responses.html
    """

    def import_rest_api(document: Any, about: Any) -> Any:
        api_id = import_api(document, about)
        for kind, response in document.get("x-amazon-apigateway-gateway-responses", {}).items():
            apigateway_v1._put_gateway_response(api_id, kind, response)
        return api_id

    return import_rest_api


def _with_numbers(concurrency: Any) -> Any:
    """services/lambda_svc.py:7428 takes MaximumConcurrency as it is: where a parameter of the template has it, that is a text,
    and no queue is read any more. CloudFormation makes a number of it."""

    def sqs_esm_concurrency(esm: Any, *rest: Any) -> Any:
        numbers = {name: int(value) for name, value in (esm.get("ScalingConfig") or {}).items()}
        return concurrency({**esm, "ScalingConfig": numbers}, *rest)

    return sqs_esm_concurrency


class SharedZip(zipfile.ZipFile):
    """Unpacks each top folder of a zip once per content, and links to it.

    core/lambda_runtime.py:1187 unpacks everything for every worker: thousands of files for each function, again after
    each crash and each edit. On AWS the unpacked code is shared and read-only too.
    """

    _lock = threading.Lock()

    def extractall(
        self,
        path: str | os.PathLike[str] | None = None,
        members: Iterable[str | zipfile.ZipInfo] | None = None,
        pwd: bytes | None = None,
    ) -> None:
        if path is None or members is not None or pwd is not None:
            raise NotImplementedError("ministack unpacks whole zips")
        entries = sorted(self.infolist(), key=lambda entry: entry.filename)
        for top, below in groupby(entries, key=lambda entry: entry.filename.split("/", 1)[0]):
            (Path(path) / top).symlink_to(self._unpacked(top, list(below)))

    def _unpacked(self, top: str, entries: list[zipfile.ZipInfo]) -> Path:
        content = repr([(entry.filename, entry.CRC, entry.file_size) for entry in entries])
        folder = Path(os.environ["UNPACKED_DIR"]) / hashlib.sha256(content.encode()).hexdigest()
        with self._lock:
            if not folder.exists():
                making = folder.with_suffix(f".{os.getpid()}")
                super().extractall(making, [entry.filename for entry in entries])
                try:
                    making.rename(folder)
                except OSError:
                    if not folder.exists():
                        raise
                    shutil.rmtree(making)  # another stack of this machine was first
            os.utime(folder)  # still in use: see emulator.UNPACKED_KEPT_SECONDS
        return folder / top


if __name__ == "__main__":
    sns._deliver_to_lambda = _with_every_field(sns._deliver_to_lambda)
    iam_actions.extract_resource_arn = _with_parameter_paths(iam_actions.extract_resource_arn)
    iam_actions.extract_iam_action = _with_batches(iam_actions.extract_iam_action)
    dynamodb._evaluate_condition = _read_once(dynamodb._evaluate_condition)
    apigateway_v1._import_rest_api = _with_gateway_responses(_with_binary_types(apigateway_v1._import_rest_api))
    lambda_svc._sqs_esm_concurrency = _with_numbers(lambda_svc._sqs_esm_concurrency)
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedZip})
    main()
