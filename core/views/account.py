"""Signing in and out, the first administrator, and one's own tokens."""

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core import operations, queries
from core.errors import DomainError, LedgerClosed
from core.forms import PasswordForm, SettingsForm, SetupForm, SignInForm, TokenForm
from core.models import Token, User
from core.pages import now, page, public, user_of
from core.refusals import show_on

WRONG = "The user name or the password is wrong."
LOCKED = "Too many wrong passwords from here. Try again in a quarter of an hour."


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    status = 200
    if form.is_valid():
        status = _try_sign_in(request, form)
        if status == 200:
            return HttpResponseRedirect(_next(request))
    return render(request, "core/sign_in.html", {"form": form, "next": request.GET.get("next", "")}, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("core:sign-in")


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, secret: str) -> HttpResponse:
    """The one-time page that makes the first administrator."""
    form = SetupForm(request.POST or None)
    if form.is_valid():
        try:
            user = operations.use_setup(secret=secret, now=now(), **form.cleaned_data)
        except LedgerClosed:
            raise
        except DomainError as exc:
            show_on(form, exc)
        else:
            login(request, user)
            return redirect("projects:portfolio")
    return render(request, "core/setup.html", {"form": form})


@page
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """One's tokens: made here, shown once."""
    form, made = TokenForm(request.POST or None), None
    if form.is_valid():
        try:
            made = operations.create_token(user=user_of(request), by=user_of(request), now=now(), **form.cleaned_data)
            form = TokenForm()
        except LedgerClosed:
            raise
        except DomainError as exc:
            show_on(form, exc)
    context = {"form": form, "made": made, "tokens": queries.tokens_of(user_of(request)), "now": now()}
    return render(request, "core/account.html", context)


@page
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(Token, pk=pk, user=user_of(request))
    operations.revoke_token(token=token, by=user_of(request), now=now())
    messages.info(request, f"The token {token.prefix}… no longer works.")
    return redirect("core:account")


@page
@require_POST
def settings(request: HttpRequest) -> HttpResponse:
    """What one chose for oneself, by a switch here or on the page that it is about; back to that page."""
    form = SettingsForm(request.POST)
    if form.is_valid():
        operations.change_settings(user=user_of(request), by=user_of(request), **form.chosen())
    return HttpResponseRedirect(_next(request, at=request.headers.get("referer", "")))


@page
@sensitive_post_parameters("current", "password")
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        user = user_of(request)
        try:
            if not user.check_password(form.cleaned_data["current"]):
                form.add_error("current", "This is not your password.")
            else:
                operations.change_password(user=user, password=form.cleaned_data["password"], by=user)
                update_session_auth_hash(request, user)
                messages.info(request, "Your password was changed.")
                return redirect("core:account")
        except LedgerClosed:
            raise
        except DomainError as exc:
            show_on(form, exc)
    return render(request, "core/password.html", {"form": form})


def _try_sign_in(request: HttpRequest, form: SignInForm) -> int:
    """Sign in if name and password fit; else put the reason on the form. Returns the status of the answer.

    A name that does not exist costs the same time and gets the same words as a wrong password.
    """
    username, address = form.cleaned_data["username"], _address(request)
    if operations.is_locked_out(username=username, address=address, now=now()):
        form.add_error(None, LOCKED)
        return 429
    user = authenticate(request, username=username, password=form.cleaned_data["password"])
    if not isinstance(user, User) or user.is_robot:
        operations.note_failed_sign_in(username=username, address=address, now=now())
        form.add_error(None, WRONG)
        return 401
    operations.note_sign_in(user=user, address=address)  # first: who is not noted is not let in
    login(request, user)
    return 200


def _next(request: HttpRequest, *, at: str = "") -> str:
    target = request.POST.get("next", at)
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("projects:portfolio")


def _address(request: HttpRequest) -> str:
    """Where the call comes from. A forwarded address is taken from the server in front (uvicorn)."""
    return request.META.get("REMOTE_ADDR") or "127.0.0.1"


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
