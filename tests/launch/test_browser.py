"""A real browser reaches the real server, and what the policy forbids is noticed."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.harness.servers import LiveServer

pytestmark = pytest.mark.journey


def test_the_first_page_opens_without_a_word_on_the_console(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/sign-in")
    assert page.get_by_role("heading", level=1).is_visible()


def test_the_policy_refuses_a_style_of_the_page_itself(context: BrowserContext, live_server: LiveServer) -> None:
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in")
    refused = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            const style = document.createElement('style');
            style.textContent = 'body { color: red }';
            document.head.append(style);
        })"""
    )
    assert refused == "style-src-elem"
