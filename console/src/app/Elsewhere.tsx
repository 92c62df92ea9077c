/** Pages for addresses that lead nowhere and for pages that broke. */
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { IconBug, IconCompassOff } from "@tabler/icons-react";
import { Empty } from "../design/Empty";
import { useMessages } from "../i18n/messages";

export function NoSuchPage() {
  const m = useMessages();
  return (
    <Empty
      icon={IconCompassOff}
      title={m.notFoundPage.title}
      lead={m.notFoundPage.lead}
      action={
        <Button component={Link} to="/" variant="default">
          {m.notFoundPage.home}
        </Button>
      }
    />
  );
}

export function Broken() {
  const m = useMessages();
  return (
    <Empty
      icon={IconBug}
      title={m.problem.crashed}
      lead={m.problem.crashedDetail}
      action={
        <Button variant="default" onClick={() => location.reload()}>
          {m.problem.reload}
        </Button>
      }
    />
  );
}
