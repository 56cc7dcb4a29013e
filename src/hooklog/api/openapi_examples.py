"""What the OpenAPI document shows of errors and of answers' headers: the same for every operation of a family.

Examples of the API's errors are made by what makes its answers, so that the envelopes are the real ones (contract
I.1, II.3).
"""

from typing import Any, Final

import msgspec

from hooklog.api.envelope import INTERNAL, NOT_FOUND, SIGN_IN, ApiError, failure
from hooklog.api.operation import Family, Operation

__all__ = ["HEADERS", "answer_headers", "error_example"]

_PUSH_ID = "01a21116-5521-7566-8605-3e63ac7d24ba"
_TOO_LARGE = "Request too large: 1100008 bytes; at most 1048576 are allowed"
_GUESSED: Final = (
    "Too many wrong credentials of this name or address: 10 at once and as many in 100 s are allowed; "
    "try again in 10 s"
)
_FORBIDDEN: Final = 4000, "Not authorized. Access is denied!"
_MESSAGES: Final = {
    400: "X-CAP-API-ATTRIBUTION-ENTITY-CODE is 'till99'; allowed is the code of a till of this org",
    401: SIGN_IN,
    404: NOT_FOUND,
    405: "GET is not allowed here; push events with POST",
    408: "The body did not arrive within 30 seconds",
    409: "It contradicts what is there already; choose another code or key",
    410: "Webhook disabled",
    413: "the body has 300000 bytes; at most 262144 are allowed",
    415: "content type 'text/plain' is not application/json",
    429: "Too many requests of this api key: 100 at once and as many in 10 s are allowed; try again in 1 s",
    500: INTERNAL,
    503: INTERNAL,
}
# What an operation's own codes say (contract II.14), by its id and the HTTP status.
_OWN: Final = {
    ("get-events-logs", 400): (400, "limit is '0'; allowed are 1 to 1000"),
    ("create-event", 400): (
        1811,
        'event name invalid: eventName is "a b"; allowed are 1 to 50 letters, digits, _ and -',
    ),
    ("generate-token", 429): (429, _GUESSED),
    ("console-sign-in", 429): (429, _GUESSED),
    ("create-event", 409): (1806, "Event_store_visit event already exists"),
    ("update-event", 400): (
        1823,
        "blob invalid event field type: fields[1].type; allowed are tillCode, couponCode, customer, ...",
    ),
    ("enable-standard-event", 409): (1806, "Event_CouponDenied event already exists"),
    ("publish-event", 400): (
        1802,
        "event 'store_visit' is not verified; push it until one ends as EVENT_SUCCESS, then publish",
    ),
    ("create-adapter-mapping", 400): (
        1808,
        'customer event transformer not present: transformerType is "foo"; allowed are defaultTransformer, ...',
    ),
    ("create-webhook", 400): (
        1839,
        "auth mechanism not present: authMechanism is missing; allowed are BASIC and OAUTH",
    ),
    ("replay-event", 409): (
        409,
        "event 019b8d9c-e8fb-7dcc-8000-5bbb0c4a1d05 has not settled yet; it can be replayed once it has",
    ),
    ("plan-replay", 409): (
        409,
        "100 replays of this org are running or paused; cancel one, or let one finish",
    ),
    **{
        (f"{act}-replay", 409): (
            409,
            f"replay 01a21116-5000-7abc-8123-4567890abcde is FINISHED; {act} does not apply to it any more",
        )
        for act in ("start", "pause", "resume", "cancel")
    },
    ("get-event-data", 503): (1849, INTERNAL),
    ("get-customer-events", 503): (1849, INTERNAL),
    ("search-events", 400): (1850, "invalid search request parameters limit: '0'; allowed are 1 to 1000"),
    ("search-events", 503): (461, "The search takes too long"),
    ("push-event", 400): (400, "Invalid request body: the body is not JSON: Input data was truncated"),
    ("push-event", 413): (413, _TOO_LARGE),
    ("generate-token", 401): (401, "Failed to generate OAuth token"),
}
HEADERS: Final[dict[str, Any]] = {
    "RequestId": {
        "description": "Names the request: 32 hex digits, for a push its UUID. `X-Cap-RequestID` says the same.",
        "schema": {"type": "string"},
        "example": "aee28853963043bc988854191b47af67",
    },
    "RequestUri": {
        "description": "The path as it was asked for, without its query.",
        "schema": {"type": "string"},
        "example": "/v2/events/logs",
    },
    "RetryAfter": {
        "description": "Seconds after which to come again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 5,
    },
    "RateLimitPolicy": {
        "description": "Where there is a rate limit: how many requests, or wrong secrets, (q) in how many seconds (w).",
        "schema": {"type": "string"},
        "example": '"default";q=100;w=10',
    },
    "RateLimit": {
        "description": "Where there is a rate limit: how many are left (r), and seconds until there are more (t).",
        "schema": {"type": "string"},
        "example": '"default";r=99;t=1',
    },
    "Link": {
        "description": 'The URL of the next page, with `rel="next"` (RFC 8288); absent on the last one.',
        "schema": {"type": "string"},
        "example": '<http://127.0.0.1:8080/v2/events/logs?limit=10&cursor=...>; rel="next"',
    },
}


def error_example(operation: Operation, status: int, path: str, method: str) -> Any:
    """An error's body as the operation's path and method would answer it."""
    if status in operation.own_errors:
        return msgspec.to_builtins(operation.own_errors[status])
    usual = _FORBIDDEN if status == 403 else (status, _MESSAGES[status])
    code, message = _OWN.get((operation.id, status), usual)
    if operation.family is Family.PUSH:
        return {"status": {"code": code, "message": message}, "requestId": _PUSH_ID}
    return msgspec.json.decode(failure(path, ApiError(status, message, code=code), method.upper()).content)


def answer_headers(operation: Operation, status: int) -> dict[str, Any]:
    """The headers of an operation's answer with an HTTP status, by name."""
    named = {"X-CAP-REQUEST-ID": "RequestId"}
    if operation.family is not Family.PUSH:
        named["X-CAP-API-REQUEST-URI"] = "RequestUri"
    is_caller_paced = operation.scope is not None and status != 500
    if is_caller_paced or _is_paced_push(operation, status) or _is_paced_guess(operation, status):
        named |= {"RateLimit-Policy": "RateLimitPolicy", "RateLimit": "RateLimit"}
    if status in {429, 503}:
        named["Retry-After"] = "RetryAfter"
    if status == operation.success and operation.has_pages:
        named["Link"] = "Link"
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in named.items()}


def _is_paced_push(operation: Operation, status: int) -> bool:
    """Whether a webhook's limit was asked before the answer."""
    return operation.family is Family.PUSH and status in {200, 400, 413, 415, 429, 503}


def _is_paced_guess(operation: Operation, status: int) -> bool:
    """Whether the answer tells how many wrong secrets are left."""
    return operation.slows_guessing and status in {401, 429}
