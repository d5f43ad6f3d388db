"""Completion for the shell, which click brings."""

import click
from click.shell_completion import get_completion_class


def register(main: click.Group) -> None:
    @main.command("completion")
    @click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
    def completion(shell: str) -> None:
        """Print the completion for a shell.

        \b
        bash:  throughline completion bash > ~/.local/share/bash-completion/completions/throughline
        zsh:   throughline completion zsh > "${fpath[1]}/_throughline"
        fish:  throughline completion fish > ~/.config/fish/completions/throughline.fish
        """
        made = get_completion_class(shell)
        assert made is not None
        click.echo(made(main, {}, "throughline", "_THROUGHLINE_COMPLETE").source())
