/** What a member's row policies go by: attributes with their values. */
import { ActionIcon, Button, Group, Stack, TagsInput, Text, TextInput, Tooltip } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { IconPlus, IconTags, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { MemberOut } from "../api/schema";
import { useSession } from "../app/session";
import { Dialog } from "../design/Dialog";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";

interface Attribute {
  id: number;
  name: string;
  values: string[];
}

/** A button that opens them. */
export function AttributesButton({ member, saved }: { member: MemberOut; saved: () => void }) {
  const m = useMessages();
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <Tooltip label={m.workspace.attributes}>
        <ActionIcon variant="subtle" color="gray" aria-label={m.workspace.attributesOf(member.user.name)} onClick={() => setOpened(true)}>
          <IconTags size={16} />
        </ActionIcon>
      </Tooltip>
      <Dialog opened={opened} onClose={close} title={m.workspace.attributesOf(member.user.name)} closeButtonProps={{ "aria-label": m.close }}>
        <AttributesForm
          member={member}
          saved={() => {
            saved();
            close();
          }}
        />
      </Dialog>
    </>
  );
}

function AttributesForm({ member, saved }: { member: MemberOut; saved: () => void }) {
  const m = useMessages();
  const { workspace } = useSession();
  const [rows, setRows] = useState<Attribute[]>(() => {
    const known = Object.entries(member.attributes ?? {}).map(([name, values], id) => ({ id, name, values }));
    return known.length > 0 ? known : [{ id: 0, name: "", values: [] }];
  });
  const put = (id: number, part: Partial<Attribute>) => setRows((now) => now.map((row) => (row.id === id ? { ...row, ...part } : row)));
  const save = useMutation({
    mutationFn: () => {
      const attributes = Object.fromEntries(rows.filter((row) => row.name !== "").map((row) => [row.name, row.values]));
      const params = { path: { workspace_id: workspace.id, user_id: member.user.id } };
      return read(api.PATCH("/api/v1/workspaces/{workspace_id}/members/{user_id}", { params, body: { attributes } }));
    },
    onSuccess: saved,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {m.workspace.attributesLead}
        </Text>
        {rows.map((row, place) => (
          <Group key={row.id} align="flex-start" gap="xs" wrap="nowrap">
            <TextInput
              w="9rem"
              label={m.workspace.attribute}
              pattern="[a-z][a-z0-9_]{0,62}"
              title={m.workspace.attributeShape}
              placeholder="countries"
              data-autofocus={place === 0 || undefined}
              value={row.name}
              onChange={(event) => put(row.id, { name: event.currentTarget.value })}
            />
            <TagsInput flex={1} label={m.workspace.values} acceptValueOnBlur splitChars={[","]} value={row.values} onChange={(values) => put(row.id, { values })} />
            <ActionIcon mt={28} variant="subtle" color="gray" aria-label={`${m.workspace.remove}: ${row.name || m.workspace.attribute}`} onClick={() => setRows((now) => now.filter((each) => each.id !== row.id))}>
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={() => setRows((now) => [...now, { id: Math.max(-1, ...now.map((row) => row.id)) + 1, name: "", values: [] }])}>
          {m.workspace.addAttribute}
        </Button>
        <FailureNote error={save.error} />
        <Button type="submit" loading={save.isPending}>
          {m.save}
        </Button>
      </Stack>
    </form>
  );
}
