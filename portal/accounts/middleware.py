"""Puts the actor on every request, once."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.accounts import actors


class ActorMiddleware:
    """After authentication: ``request.actor`` says who acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actors.put_on(request)
        return self.get_response(request)
