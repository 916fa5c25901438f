"""The settings document ``templates`` as people write it: checked whole, every mistake named. Called when it is saved.

    [{"name": "answer_is_ready", "language": "ru", "category": "utility",
      "body": "Здравствуйте, {{1}}! По вашему вопросу «{{2}}» есть ответ. Напишите нам, и мы продолжим.",
      "parameters": [{"name": "1", "means": {"ru": "имя клиента", "en": "the client's name"}},
                     {"name": "2", "means": {"ru": "о чём вопрос", "en": "what it is about"}}],
      "header": "", "footer": "", "buttons": ["Продолжить"]}]

Limits are WhatsApp's: what it would not approve cannot be sent.
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.desk.fields import Fields, array, choice, line, pattern, record, required, text
from chalicelib.desk.templates import LONGEST_BODY, PLACEHOLDER, Category
from chalicelib.desk.validation import Findings

MOST_TEMPLATES = 20  # as many buttons as a person can still choose among
MOST_PARAMETERS = 10

PARAMETER: Fields = {
    "name": required(pattern(r"[1-9][0-9]?|[a-z][a-z0-9_]{0,59}", "a number, or a name such as first_name")),
    "means": required(record({language: required(line(80, shortest=1)) for language in ("ru", "en")})),
}
TEMPLATE: Fields = {
    "name": required(pattern(r"[a-z0-9_]{1,512}", "lower case letters, digits and '_', as in WhatsApp Manager")),
    "language": required(pattern(r"[a-z]{2,3}(_[A-Z]{2,3})?", "a code of WhatsApp's, such as ru or en_US")),
    "category": required(choice(Category)),
    "body": required(text(LONGEST_BODY, shortest=1)),
    "parameters": array(record(PARAMETER), MOST_PARAMETERS),
    "header": line(60),
    "footer": line(60),
    "buttons": array(line(25, shortest=1), 10),
}
TEMPLATES = array(record(TEMPLATE), MOST_TEMPLATES)


def check_templates(document: Any) -> None:
    """Whether the team can be offered these templates, and WhatsApp sent them.

    :raises Invalid: naming every bad field.
    """
    findings = Findings()
    templates = TEMPLATES.read(findings, document, "")
    findings.finish()
    seen: set[tuple[str, str]] = set()
    for n, template in enumerate(templates):
        if (known_by := (template["name"], template["language"])) in seen:
            findings.add(f"[{n}].name", "is there twice in this language")
        seen.add(known_by)
        _check_parameters(findings, f"[{n}]", template)
        for part in ("header", "footer"):
            if "{{" in template.get(part, ""):
                findings.add(f"[{n}].{part}", "must have no parameters: only those of the body can be filled in")
    findings.finish()


def _check_parameters(findings: Findings, path: str, template: Mapping[str, Any]) -> None:
    """The body's parameters and those that are explained are the same; WhatsApp counts numbered ones from 1."""
    stand, told = PLACEHOLDER.findall(template["body"]), [each["name"] for each in template.get("parameters", ())]
    numbered = [name.isdigit() for name in told]
    if "{{" in PLACEHOLDER.sub("", template["body"]):
        findings.add(f"{path}.body", "has a '{{' that begins no parameter such as {{1}} or {{first_name}}")
    for n, name in enumerate(told):
        if name in told[:n]:
            findings.add(f"{path}.parameters[{n}].name", "is there twice")
        elif name not in stand:
            findings.add(f"{path}.parameters[{n}].name", "does not stand in the body")
    for name in sorted(set(stand) - set(told)):
        findings.add(f"{path}.parameters", f"must say what {{{{{name}}}}} of the body means")
    if any(numbered) and told != [str(n + 1) for n in range(len(told))]:
        findings.add(f"{path}.parameters", "must be numbered 1, 2, 3 … in this order, or all have names")
