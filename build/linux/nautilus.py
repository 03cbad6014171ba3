"""Offers "Restore with Emulsion" in the context menu of Nautilus, where its bindings for Python are installed."""

import locale
import subprocess

from gi.repository import GObject, Nautilus

MIME_TYPES = ("image/jpeg", "image/png", "image/tiff", "image/webp", "image/avif", "image/gif")


def label():
    language = (locale.getlocale()[0] or "").lower()
    return "Restaurar com o Emulsion" if language.startswith("pt") else "Restore with Emulsion"


class EmulsionMenu(GObject.GObject, Nautilus.MenuProvider):
    # Nautilus 43 and later give the files alone, earlier ones the window before them.
    def get_file_items(self, *arguments):
        files = arguments[-1]
        if not files or any(file.get_mime_type() not in MIME_TYPES for file in files):
            return []
        paths = [file.get_location().get_path() for file in files]
        if None in paths:
            return []
        item = Nautilus.MenuItem(name="Emulsion::restore", label=label())
        # The paths are arguments of their own, and never a text that a shell reads.
        item.connect("activate", lambda _item: subprocess.Popen(["emulsion", *paths], start_new_session=True))
        return [item]
