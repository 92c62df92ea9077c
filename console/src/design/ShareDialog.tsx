/** Read-only links to one thing: made with an end, shown once, taken back at once. */
import { ActionIcon, Button, Group, List, Select, Stack, Text, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { IconLinkOff } from "@tabler/icons-react";
import { useState } from "react";
import { useFormats, useMessages } from "../i18n/messages";
import { Dialog } from "./Dialog";
import { FailureNote } from "./Failure";
import { Secret } from "./Secret";

export interface Link {
  id: string;
  expires_at: string;
  created_at: string;
}

interface Props {
  /** Names the links in the cache. */
  of: readonly string[];
  lead: string;
  list: () => Promise<readonly Link[]>;
  /** Makes a link that works for so many days; its token. */
  make: (days: number) => Promise<string>;
  remove: (id: string) => Promise<void>;
  /** The console's own address of what a token shows. */
  address: (token: string) => string;
  close: () => void;
}

const DAYS = ["1", "7", "30", "90", "365"];

export function ShareDialog({ of, lead, list, make, remove, address, close }: Props) {
  const m = useMessages();
  const f = useFormats();
  const queries = useQueryClient();
  const [days, setDays] = useState("30");
  const key = [...of, "links"];
  const links = useQuery({ queryKey: key, queryFn: list });
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  const made = useMutation({ mutationFn: () => make(Number(days)), onSettled: refresh });
  const taken = useMutation({ mutationFn: remove, onSettled: refresh });
  return (
    <Dialog opened onClose={close} title={m.share.title} closeButtonProps={{ "aria-label": m.close }}>
      <Stack>
        <Text size="sm">{lead}</Text>
        {made.data !== undefined && <Secret title={m.share.made} lead={m.share.once} text={address(made.data)} />}
        <Group align="flex-end">
          <Select flex={1} label={m.share.works} allowDeselect={false} value={days} onChange={(value) => setDays(value ?? "30")} data={DAYS.map((value) => ({ value, label: m.workspace.days(Number(value)) }))} />
          <Button loading={made.isPending} onClick={() => made.mutate()}>
            {m.share.make}
          </Button>
        </Group>
        <FailureNote error={made.error ?? taken.error ?? links.error} />
        {links.data !== undefined && links.data.length > 0 && (
          <List listStyleType="none" spacing={4} aria-label={m.share.links}>
            {links.data.map((link) => (
              <List.Item key={link.id} styles={{ itemWrapper: { width: "100%" }, itemLabel: { width: "100%" } }}>
                <Group justify="space-between" wrap="nowrap">
                  <Text size="sm">{m.share.link(f.date(link.created_at), f.date(link.expires_at))}</Text>
                  <Tooltip label={m.share.takeBack}>
                    <ActionIcon variant="subtle" color="red" aria-label={`${m.share.takeBack}: ${f.moment(link.created_at)}`} onClick={() => taken.mutate(link.id)}>
                      <IconLinkOff size={16} />
                    </ActionIcon>
                  </Tooltip>
                </Group>
              </List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Dialog>
  );
}
