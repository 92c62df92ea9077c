/** For a person who is in no workspace: make one, or accept an invitation. */
import { Button, Paper, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconUsers } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { Me } from "../api/schema";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import css from "./entry.module.css";

export function NoWorkspace({ me, entered }: { me: Me; entered: () => void }) {
  const m = useMessages();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => read(api.POST("/api/v1/workspaces", { body: { name } })),
    onSuccess: entered,
  });
  return (
    <main className={css.entry}>
      <div className={css.column}>
        <Empty icon={IconUsers} title={m.entry.noWorkspace} lead={`${me.user.email} · ${m.entry.noWorkspaceLead}`} />
        <Paper withBorder p="lg" radius="lg">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate();
            }}
          >
            <Stack>
              <TextInput label={m.entry.workspaceName} value={name} onChange={(event) => setName(event.currentTarget.value)} required />
              <FailureNote error={create.error} />
              <Button type="submit" loading={create.isPending}>
                {m.entry.createWorkspace}
              </Button>
            </Stack>
          </form>
        </Paper>
      </div>
    </main>
  );
}
