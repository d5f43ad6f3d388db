"""The scoping studio, a section a module: the dossier part by part, judged while it is written."""
