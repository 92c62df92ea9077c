/** Members with their roles, and invitations that wait. */
import { ActionIcon, Button, Group, NativeSelect, Select, Text, TextInput, Title, Tooltip } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch, IconTrash, IconUserPlus } from "@tabler/icons-react";
import { memo, useState } from "react";
import { api, done, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { InvitationOut, MemberOut, Role } from "../api/schema";
import { inWorkspace } from "../app/people";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { FailureNote, problemText } from "../design/Failure";
import { Pages } from "../design/Pages";
import { Row, RowCell, RowTable } from "../design/RowTable";
import { Secret } from "../design/Secret";
import { toast } from "../design/toasts";
import { useFormats, useMessages } from "../i18n/messages";
import { AttributesButton } from "./Attributes";

const ROLES: readonly Role[] = ["viewer", "editor", "admin", "owner"];

export function Members() {
  const m = useMessages();
  const { workspace, mayAdminister } = useSession();
  const path = inWorkspace(workspace.id);
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 200);
  const load = (cursor: string | undefined) => read(api.GET("/api/v1/workspaces/{workspace_id}/members", { params: { path, query: { limit: 100, ...(cursor && { cursor }), ...(q !== "" && { q }) } } }));
  return (
    <>
      {mayAdminister && <Invite />}
      <TextInput type="search" mb="sm" maw="24rem" leftSection={<IconSearch size={16} />} aria-label={m.workspace.findMember} placeholder={m.workspace.findMember} maxLength={200} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      <Pages queryKey={["members", "list", q]} load={load} empty={<Text size="sm" c="dimmed">{m.workspace.noMember}</Text>}>
        {(members) => (
          <RowTable heads={[m.name_, m.workspace.role, m.actions]}>
            {members.map((member) => (
              <MemberRow key={member.user.id} member={member} />
            ))}
          </RowTable>
        )}
      </Pages>
      {mayAdminister && <Invitations />}
    </>
  );
}

/** There are hundreds of them on a page: each is drawn once, and lists its roles by the browser's own means. */
const MemberRow = memo(function MemberRow({ member }: { member: MemberOut }) {
  const m = useMessages();
  const { me, workspace, mayAdminister, reload } = useSession();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const [owning, setOwning] = useState(false);
  const params = { path: { workspace_id: workspace.id, user_id: member.user.id } };
  const again = () => {
    void queries.invalidateQueries({ queryKey: ["members"] });
    reload();
  };
  const change = useMutation({
    mutationFn: (role: Role) => read(api.PATCH("/api/v1/workspaces/{workspace_id}/members/{user_id}", { params, body: { role } })),
    onSettled: again,
    onError: (error) => toast(problemText(asProblem(error), m), { tone: "danger" }),
  });
  const self = member.user.id === me.user.id;
  return (
    <Row>
      <RowCell>
        <Text size="sm" fw={550}>
          {member.user.name}
        </Text>
        <Text size="xs" c="dimmed">
          {member.user.email}
        </Text>
        {Object.entries(member.attributes ?? {}).map(([name, values]) => (
          <Text key={name} size="xs">
            {name}: {values.join(", ")}
          </Text>
        ))}
      </RowCell>
      <RowCell head={m.workspace.role} w={160}>
        {mayAdminister && !self ? (
          <NativeSelect
            size="xs"
            aria-label={m.workspace.roleOf(member.user.name)}
            value={change.isPending ? change.variables : member.role}
            onChange={({ currentTarget: { value } }) => (value === "owner" ? setOwning(true) : change.mutate(value as Role))}
            data={ROLES.map((role) => ({ value: role, label: m.workspace.roles[role] }))}
          />
        ) : (
          m.workspace.roles[member.role]
        )}
      </RowCell>
      <RowCell w={100}>
        {mayAdminister && <AttributesButton member={member} saved={again} />}
        {mayAdminister && !self && (
          <Tooltip label={m.workspace.remove}>
            <ActionIcon variant="subtle" color="gray" aria-label={`${m.workspace.remove}: ${member.user.name}`} onClick={() => setRemoving(true)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
        {owning && (
          <Confirm
            title={m.workspace.ownerTitle(member.user.name)}
            lead={m.workspace.ownerLead}
            action={m.workspace.makeOwner}
            name={member.user.name}
            act={async () => {
              await change.mutateAsync("owner");
            }}
            close={() => setOwning(false)}
          />
        )}
        {removing && (
          <Confirm
            title={m.workspace.removeTitle(member.user.name)}
            lead={m.workspace.removeLead}
            action={m.workspace.remove}
            name={member.user.name}
            act={async () => {
              await done(api.DELETE("/api/v1/workspaces/{workspace_id}/members/{user_id}", { params }));
              again();
            }}
            close={() => setRemoving(false)}
          />
        )}
      </RowCell>
    </Row>
  );
});

function Invite() {
  const m = useMessages();
  const { workspace } = useSession();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const invite = useMutation({
    mutationFn: () => read(api.POST("/api/v1/workspaces/{workspace_id}/invitations", { params: { path: inWorkspace(workspace.id) }, body: { email, role } })),
    onSuccess: () => {
      setEmail("");
      void queries.invalidateQueries({ queryKey: ["invitations"] });
    },
  });
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <Group align="flex-end" gap="xs" mb="md">
          <TextInput flex="1 1 14rem" type="email" required label={m.workspace.inviteEmail} value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <Select w={150} label={m.workspace.role} allowDeselect={false} value={role} onChange={(value) => value !== null && setRole(value as Role)} data={ROLES.slice(0, 3).map((each) => ({ value: each, label: m.workspace.roles[each] }))} />
          <Button type="submit" loading={invite.isPending} leftSection={<IconUserPlus size={16} />}>
            {m.workspace.invite}
          </Button>
        </Group>
      </form>
      <FailureNote error={invite.error} />
      {invite.data && <Secret title={m.workspace.invited(invite.data.email)} lead={m.workspace.invitedLead} text={`${location.origin}/#invitation=${encodeURIComponent(invite.data.token)}`} />}
    </>
  );
}

function Invitations() {
  const m = useMessages();
  const { workspace } = useSession();
  const waiting = useQuery({
    queryKey: ["invitations"],
    queryFn: () => read(api.GET("/api/v1/workspaces/{workspace_id}/invitations", { params: { path: inWorkspace(workspace.id), query: { limit: 100 } } })),
  });
  const items = waiting.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <>
      <Title order={2} mt="lg" mb="xs">
        {m.workspace.waiting}
      </Title>
      <RowTable heads={[m.entry.email, m.workspace.role, m.workspace.expires, m.actions]}>
        {items.map((each) => (
          <InvitationRow key={each.id} invitation={each} />
        ))}
      </RowTable>
    </>
  );
}

function InvitationRow({ invitation }: { invitation: InvitationOut }) {
  const m = useMessages();
  const f = useFormats();
  const { workspace } = useSession();
  const queries = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/workspaces/{workspace_id}/invitations/{invitation_id}", { params: { path: { workspace_id: workspace.id, invitation_id: invitation.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["invitations"] }),
  });
  return (
    <Row>
      <RowCell>{invitation.email}</RowCell>
      <RowCell head={m.workspace.role}>{m.workspace.roles[invitation.role]}</RowCell>
      <RowCell head={m.workspace.expires}>{f.date(invitation.expires_at)}</RowCell>
      <RowCell w={120}>
        <Button size="compact-xs" variant="default" loading={withdraw.isPending} onClick={() => withdraw.mutate()} aria-label={`${m.workspace.withdraw}: ${invitation.email}`}>
          {m.workspace.withdraw}
        </Button>
      </RowCell>
    </Row>
  );
}
