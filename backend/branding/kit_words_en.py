"""What a brand kit says, in English."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "title": "{name} - brand kit",
    "title.nameless": "Brand kit",
    # README: what lies where
    "readme.start": "START HERE",
    "readme.sheet": "one page with everything that matters; send it along",
    "readme.main": "your main logo",
    "readme.logos": "WHICH LOGO",
    "use.left": "mark to the left of the name: page headers, letterheads, signs",
    "use.stacked": "mark above the name: covers, posters, square places",
    "use.badge": "name and mark as one closed piece: stamps, stickers, packaging",
    "use.mark": "the mark alone: where the name stands nearby, and small places",
    "use.wordmark": "the name alone: running headers, lists of partners",
    "readme.variants": "WHICH COLOURS",
    "use.colour": "on white and light grounds",
    "use.colour.unseen": "on your own dark ground and others like it; on white take black",
    "use.reversed": "on dark grounds",
    "use.black": "one ink: stamps, engraving, fax, newspapers (print as 100 % K)",
    "use.white": "one ink on dark or coloured grounds",
    "use.on-background": "the logo on your own background colour",
    "readme.transparent": "All of them are transparent around the logo.",
    "readme.formats": "WHICH FORMAT",
    "use.svg": "web pages and design programs; sharp at every size",
    "use.pdf": "printers and office programs; sharp at every size",
    "use.eps": "older machines for print, cutting and embroidery",
    "use.png": "documents and slides; @4x is four times as large",
    "readme.pixels": (
        "The lockups with the mark ({lockups}) come as PNG only: the mark has\n"
        "shades or fine detail that plain areas cannot show well; SVG, PDF and EPS need areas."
    ),
    "readme.all_pixels": (
        "All lockups with the mark ({lockups}) come as PNG only: the mark has\n"
        "shades or fine detail that plain areas cannot show well; SVG, PDF and EPS need areas."
    ),
    "readme.web": "WEB PAGE",
    "readme.web_how": (
        "Copy icons/, social/ and site.webmanifest to the top folder of your site\n"
        "and add to <head>:"
    ),
    "readme.your_site": "YOUR-SITE",
    "readme.social": "SOCIAL NETWORKS",
    "use.open-graph": "preview of links",
    "use.header": "header of a profile",
    "use.avatar": "picture of a profile, safe to be cut round",
    "readme.colours": "COLOURS",
    "readme.colours_how": (
        "colors.json has them all: HEX and RGB (sRGB) for screens, CMYK for print.\n"
        "CMYK was computed for: {profile}. Ask your printer for theirs; for exact\n"
        "colours in print have a spot colour matched."
    ),
    "readme.fonts": "FONTS",
    "readme.fonts_how": (
        "fonts/ has what name and tagline are set in: install them to write in the same type.\n"
        "They are free for print, web pages and products; the licence lies beside each."
    ),
    "readme.licences": "LICENCES",
    "credit.font": "Font: {name} by {author}, {licence}. {copyright}",
    "credit.drawing": "Drawing: {name} by {author}, {licence}",
    "credit.unknown": "its authors",
    "readme.note": "PLEASE NOTE",
    "readme.clearance": (
        "This kit is not a trademark clearance. Nobody has checked whether the name or the\n"
        "mark is like somebody else's; have that done before you invest in it."
    ),
    "readme.manifest": (
        "manifest.json lists every file with its SHA-256 and the recipe it was made from."
    ),
    # The brand sheet
    "sheet": "Brand sheet",
    "sheet.title": "{name} - brand sheet",
    "sheet.clearance": "This sheet is not a trademark clearance.",
    "variant.black": "Black",
    "variant.white": "White",
    "variant.reversed": "Reversed",
    "colours": "Colours",
    "colours.note": (
        "CMYK in per cent for {profile}. Ratios are WCAG contrast on white / on black."
    ),
    "colours.dull": "* Duller in print: choose a spot colour where it has to match the screen.",
    "colours.contrast": "Contrast",
    "profile": "Coated FOGRA39L, at most 300 % ink",
    "role.Primary": "Primary",
    "role.Secondary": "Secondary",
    "role.Accent": "Accent",
    "role.Background": "Background",
    "space": "Clear space",
    "space.mark": "Keep x free on all sides; x is a quarter of the mark.",
    "space.letters": "Keep x free on all sides; x is the height of the letters.",
    "lockups": "Lockups",
    "lockup.left": "Horizontal",
    "lockup.stacked": "Stacked",
    "lockup.badge": "Badge",
    "lockup.mark": "Mark",
    "lockup.wordmark": "Wordmark",
    "smallest": "Smallest size",
    "smallest.real": "Smallest size, as printed",
    "smallest.mm": "{width} mm",
    "smallest.px": "{width} px",
    "typeface": "Typeface",
    "typeface.tagline": "Tagline: {name}",
    "typeface.terms": "{author}. Licence {licence}.",
}
