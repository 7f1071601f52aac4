"""Headers that Django and django-csp do not set: what a page may do in the browser, and that answers are private."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.utils.translation import get_language

from portal.errors import Conflict, DomainError, Invalid, NotFound, Refused

PERMISSIONS = (
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"
)


class LoopbackOnlyMiddleware:
    """Sample accounts answer this machine alone, whatever address the server was bound to (decisions 39)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if ip_address(request.META["REMOTE_ADDR"]).is_loopback:
            return self.get_response(request)
        return HttpResponseForbidden("Sample installation: loopback only.")


class BrowserPolicyMiddleware:
    """Permissions-Policy and cross-origin headers on every answer; pages of signed-in people are never cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response


class RefusalMiddleware:
    """Turns an anticipated refusal that no view answered itself into a page that says what to do; never a 500."""

    STATUS: ClassVar[dict[type[DomainError], int]] = {
        NotFound: 404,
        Conflict: 409,
        Refused: 422,
        Invalid: 400,
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a refusal; None for everything that is an accident."""
        if not isinstance(exception, DomainError):
            return None
        language = get_language() or "ja"
        context = {
            "code": exception.code,
            "message": exception.message.in_language(language),
            "remedy": exception.remedy.in_language(language) if exception.remedy else "",
        }
        status = self.STATUS.get(type(exception), 400)
        template = "404.html" if status == 404 else "refused.html"
        return render(request, template, context, status=status)
