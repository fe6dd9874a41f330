"""The key that lists the permits. The first paint waits for nothing that their dialogs need."""

from tui.actors import Controller


class PermitActions(Controller):
    """What `P` does."""

    ACTIONS = ("permits",)

    def why_not(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """Permits are read from the server."""
        return "not connected yet" if self.host.state.server is None else ""

    def twin(self, action_id: str) -> str:  # noqa: ARG002 - it has one action
        """The command that opens one."""
        return "birth-console permit open --budget ROWS --expires 2h --reason 'why'"

    def show_permits(self) -> None:
        """List the permits, the newest first, above them what a gatekeeper can do."""
        from tui.console.permits import Permits  # noqa: PLC0415 - as said

        Permits(self.host).show()
