"""What a fuzzer cannot guess: the things that there are.

Before a sound request leaves, some of the ids in it are replaced by those of things made for it,
so that requests get past "there is no such thing". Whatever is wrong on purpose stays wrong.
After each answer, its status is noted; rest.test.ts reads which requests ever succeeded.
"""

import json
import os
import zlib
from urllib.parse import quote

import requests
import schemathesis

HEADERS = {"Authorization": f"Bearer {os.environ['HUB_TOKEN']}"}
URL = os.environ["HUB_URL"]
STATUSES = os.environ["HUB_STATUSES"]

MAKES = {
    "projects": {"name": "a project"},
    "tasks": {"projectId": "default", "title": "a task"},
    "sessions": {"projectId": "default"},
    "team-members": {"projectId": "default", "name": "a member"},
}

seen = {}
cursors = {}


def post(path, body):
    answer = requests.post(URL + path, json=body, headers=HEADERS, timeout=30)
    answer.raise_for_status()
    return answer.json()


def make(kind):
    if kind == "mail":
        mail = {"projectId": "default", "toSessionId": make("sessions"), "subject": "s", "body": "b"}
        return post("/api/mail", mail)["id"]
    return post(f"/api/{kind}", MAKES[kind])["id"]


def link(session, task):
    path = f"/api/sessions/{quote(session, safe='')}/tasks/{task}"
    requests.post(URL + path, headers=HEADERS, timeout=30)


def sometimes(case, what, of):
    """True for one of `of` requests: always the same, so that a failure can be repeated."""
    text = repr((what, case.method, case.path, case.path_parameters, case.query, case.body))
    return zlib.crc32(text.encode("utf-8", "surrogatepass")) % of == 0


def sound(case):
    return case.meta is None or case.meta.generation.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.path == "/api/sessions/spawn" and isinstance(case.body, dict):
        case.body = harmless(dict(case.body))
    if not sound(case):
        return
    kind = case.path.split("/")[2]
    if "id" in case.path_parameters and not sometimes(case, "id", 4):
        case.path_parameters["id"] = make(kind)
    if "taskId" in case.path_parameters and not sometimes(case, "taskId", 4):
        task = make("tasks")
        case.path_parameters["taskId"] = task
        if case.method == "DELETE" and not sometimes(case, "linked", 4):
            link(case.path_parameters["id"], task)
    if "projectId" in case.query and not sometimes(case, "projectId", 4):
        case.query["projectId"] = "default"
    if "cursor" in case.query:
        known = cursors.get(case.path)
        if known is None:
            del case.query["cursor"]
        else:
            case.query["cursor"] = known
    if not sometimes(case, "if-match", 4):
        case.headers.pop("if-match", None)
    if isinstance(case.body, dict):
        case.body = body(case, dict(case.body))


def harmless(fields):
    """A program that does nothing, with what a program can be given."""
    if isinstance(fields.get("command") or "", str):
        fields["command"] = "true"
    if isinstance(fields.get("cwd"), str):
        del fields["cwd"]
    for name in ("cols", "rows"):
        # Whole numbers to JSON Schema, and to nobody else.
        if isinstance(fields.get(name), float) and fields[name].is_integer():
            fields[name] = int(fields[name])
    if isinstance(fields.get("env"), dict):
        fields["env"] = {f"NAME_{n}": value for n, value in enumerate(fields["env"].values())}
    return fields


def body(case, fields):
    for name, kind in (("sessionId", "sessions"), ("toSessionId", "sessions")):
        if name in fields and not sometimes(case, name, 4):
            fields[name] = make(kind)
    if "projectId" in fields and not sometimes(case, "projectId", 4):
        fields["projectId"] = "default"
    # An id of one's own is mostly taken, and a reference to a thing mostly to none.
    for name in ("id", "parentId", "dependencies", "taskIds", "sessionIds", "taskSessionStatuses"):
        if name in fields and not sometimes(case, name, 4):
            del fields[name]
    # What is repeated is not looked at again, be it sound or not.
    fields.pop("clientRequestId", None)
    # Absolute, which is another thing on each system.
    if fields.get("workingDir"):
        fields["workingDir"] = os.path.abspath(os.sep) + "folder"
    if case.path == "/api/pair" and "code" in fields and not sometimes(case, "code", 4):
        fields["code"] = post("/api/pairings", {})["code"]
    return fields


@schemathesis.hook
def after_call(context, case, response):
    operation = f"{case.method} {case.path}"
    statuses = seen.setdefault(operation, {})
    statuses[response.status_code] = statuses.get(response.status_code, 0) + 1
    if case.method == "GET" and response.status_code == 200:
        answer = response.json()
        if isinstance(answer, dict) and "next" in answer:
            cursors[case.path] = answer["next"]
    with open(STATUSES, "w", encoding="utf-8") as file:
        json.dump(seen, file)
