"""How a page is made from a template: escaped by default, and an unknown name is an error rather than a blank."""

import jinja2


def page_environment() -> jinja2.Environment:
    """The templates of `assets/page/templates`, for pages."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("assets.page"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
