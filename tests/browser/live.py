"""A live widget drawn in a plain page: its own JavaScript over the real Python widget, without a JupyterLab."""

import json

from playwright.sync_api import Browser, Page

from lib.views.markup import style

DRAWN = """async ([source, state]) => {
  const told = {};
  const model = {
    get: (name) => state[name], on: (event, action) => { told[event] = action; }, off: () => {},
    send: async (message) => {
      Object.assign(state, JSON.parse(await window.done(JSON.stringify(message))));
      for (const name of Object.keys(state)) told[`change:${name}`]?.();
      window.answered = (window.answered ?? 0) + 1;
    } };
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  (await import(url)).default.render({ model, el: document.getElementById("here") });
}"""
DARK = "--jp-ui-font-color1: #eee; --jp-layout-color0: #111; --jp-layout-color1: #222; --jp-layout-color2: #333;"


def live_page(browser: Browser, widget, names: list[str], act, width: int = 1280, dark: bool = False) -> Page:
    """Open a page that draws ``widget``; ``act`` takes its messages, ``names`` are the traits that it shows."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    looks = f'data-jp-theme-light="{str(not dark).lower()}" style="background: {"#111" if dark else "#fff"}; {DARK if dark else ""}"'
    page.set_content(
        f'<!doctype html><html lang="en"><head><title>Live</title><style>{style()}</style></head>'
        f'<body {looks}><main class="workbook decision-form" id="here"><h1>Live</h1></main></body></html>'
    )

    def state() -> dict:
        return {name: getattr(widget, name) for name in names}

    def done(message: str) -> str:
        act(json.loads(message))
        return json.dumps(state())

    page.expose_function("done", done)
    page.evaluate(DRAWN, [type(widget)._esm if isinstance(type(widget)._esm, str) else str(widget._esm), state()])
    return page


def serious(page: Page) -> list[str]:
    """List what axe-core finds serious or worse, by rule and element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
