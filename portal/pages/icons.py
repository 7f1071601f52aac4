"""The icons: paths on a 16 by 16 grid, drawn in the text's own colour. They decorate words and never stand for them."""

PATHS = {
    "ok": '<circle class="solid" cx="8" cy="8" r="7"/><path class="cut" d="M4.8 8.3l2.2 2.2 4.3-4.6"/>',
    "warn": '<path class="solid" d="M8 1.2L15.4 14.4H.6z"/><path class="cut" d="M8 6v3.6M8 12v.1"/>',
    "bad": '<path class="solid" d="M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5z"/><path class="cut" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>',
    "busy": '<circle cx="8" cy="8" r="6.6"/><path class="solid" d="M8 1.4a6.6 6.6 0 0 1 0 13.2z"/>',
    "waiting": '<circle cx="8" cy="8" r="6.6" stroke-dasharray="2.4 2.4"/>',
    "clock": '<circle cx="8" cy="8" r="6.6"/><path d="M8 4.2V8l2.6 1.8"/>',
    "rest": '<circle cx="8" cy="8" r="6.6"/><path d="M5 8h6"/>',
    "info": '<circle cx="8" cy="8" r="6.6"/><path d="M8 7.4v4M8 4.6v.1"/>',
    "help": '<circle cx="8" cy="8" r="6.6"/><path d="M6.2 6.3a1.9 1.9 0 1 1 2.6 1.9c-.6.3-.8.6-.8 1.2M8 11.6v.1"/>',
    "person": '<circle cx="8" cy="5.2" r="2.7"/><path d="M2.8 14c.5-3 2.5-4.4 5.2-4.4s4.7 1.4 5.2 4.4"/>',
    "menu": '<path d="M2.4 4h11.2M2.4 8h11.2M2.4 12h11.2"/>',
    "close": '<path d="M3.6 3.6l8.8 8.8M12.4 3.6l-8.8 8.8"/>',
    "download": '<path d="M8 2v8M4.6 6.8L8 10.2l3.4-3.4M2.4 13.6h11.2"/>',
    "search": '<circle cx="7" cy="7" r="4.6"/><path d="M10.5 10.5l3.7 3.7"/>',
    "leave": '<path d="M6.4 2.4H2.8v11.2h3.6M7 8h6.6M10.8 5.2L13.6 8l-2.8 2.8"/>',
    "tick": '<path d="M3 8.5l3.3 3.3L13 4.8"/>',
    "square": '<rect x="3" y="3" width="10" height="10" rx="1"/>',
    "undo": '<path d="M6 3.2L2.4 6.8 6 10.4M2.8 6.8h7a3.4 3.4 0 0 1 0 6.8H7"/>',
}


def svg(name: str) -> str:
    """The whole ``<svg>`` element of icon ``name``, hidden from screen readers."""
    return f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{PATHS[name]}</svg>'
