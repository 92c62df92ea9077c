/** Where a database is and who reads it: tried before it is kept. The password goes in and never comes out. */
import { Button, Checkbox, Collapse, Group, NumberInput, PasswordInput, Select, Stack, Text, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { ConnectionConfig, ConnectionIn, ConnectionView } from "../api/schema";
import { FailureNote } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";

const DIALECTS = ["postgresql", "mysql", "sqlite", "duckdb"] as const;
type Dialect = ConnectionConfig["dialect"];
type Tls = ConnectionConfig["tls"];
const PORTS: Partial<Record<Dialect, number>> = { postgresql: 5432, mysql: 3306 };
const FILES: readonly Dialect[] = ["sqlite", "duckdb"];

interface Form extends Omit<ConnectionIn, "driver" | "ca" | "password" | "port"> {
  driver: string;
  ca: string;
  password: string;
  port: number | null;
}

function formOf(connection: ConnectionView | undefined): Form {
  const config = connection?.config;
  return {
    name: connection?.name ?? "",
    dialect: config?.dialect ?? "postgresql",
    driver: config?.driver ?? "",
    host: config?.host ?? "",
    port: config?.port ?? null,
    database: config?.database ?? "",
    username: config?.username ?? "",
    password: "",
    tls: config?.tls ?? "verify",
    ca: config?.ca ?? "",
    accept_writing_role: config?.accept_writing_role ?? false,
    fresh_seconds: config?.fresh_seconds ?? 30,
  };
}

export function ConnectionForm({ connection, close }: { connection?: ConnectionView; close: () => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [form, setForm] = useState(() => formOf(connection));
  const [more, setMore] = useState(connection?.config.driver != null);
  const put = (part: Partial<Form>) => setForm((now) => ({ ...now, ...part }));
  const isFile = FILES.includes(form.dialect) && !(form.driver && form.host);
  const { name: _, ...rest } = form;
  const config = { ...rest, driver: form.driver || null, ca: form.ca || null, password: form.password || null, host: isFile ? "" : form.host, port: isFile ? null : form.port };
  const check = useMutation({ mutationFn: () => read(api.POST("/api/v1/connections/check", { body: config })) });
  const save = useMutation({
    mutationFn: () => {
      const body = { ...config, name: form.name };
      return read(connection === undefined ? api.POST("/api/v1/connections", { body }) : api.PUT("/api/v1/connections/{connection_id}", { params: { path: { connection_id: connection.id } }, body }));
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["connections"] });
      toast(m.connections.saved(form.name));
      close();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        check.reset();
        save.mutate();
      }}
    >
      <Stack>
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <TextInput data-autofocus required miw={180} label={m.name_} value={form.name} onChange={(event) => put({ name: event.currentTarget.value })} />
          <Select miw={180} label={m.connections.kind} allowDeselect={false} value={form.dialect} onChange={(dialect) => put({ dialect: dialect as Dialect })} data={DIALECTS.map((each) => ({ value: each, label: m.connections.dialects[each] }))} />
        </Group>
        {isFile ? (
          <TextInput required label={m.connections.path} description={m.connections.pathLead} value={form.database} onChange={(event) => put({ database: event.currentTarget.value })} />
        ) : (
          <Server form={form} put={put} hasPassword={connection?.has_password ?? false} />
        )}
        <UnstyledButton aria-expanded={more} onClick={() => setMore(!more)}>
          <Text size="sm" td="underline">
            {m.connections.more}
          </Text>
        </UnstyledButton>
        <Collapse expanded={more}>
          <Stack>
            <NumberInput label={m.connections.fresh} description={m.connections.freshLead} min={0} max={86_400} value={form.fresh_seconds} onChange={(value) => put({ fresh_seconds: Number(value) || 0 })} />
            {!isFile && <Textarea label={m.connections.ca} description={m.connections.caLead} autosize minRows={2} maxRows={6} value={form.ca} onChange={(event) => put({ ca: event.currentTarget.value })} />}
            <TextInput label={m.connections.driver} description={m.connections.driverLead} placeholder="cockroachdb+psycopg" value={form.driver} onChange={(event) => put({ driver: event.currentTarget.value })} />
            <Checkbox label={m.connections.writing} description={m.connections.writingLead} checked={form.accept_writing_role} onChange={(event) => put({ accept_writing_role: event.currentTarget.checked })} />
          </Stack>
        </Collapse>
        <FailureNote error={save.error ?? check.error} />
        {check.isSuccess && (
          <Group gap={6} role="status">
            <IconCircleCheck size={16} color="var(--accent)" aria-hidden />
            <Text size="sm">{[m.connections.answers(check.data.product, check.data.role.name), ...(check.data.codes ?? []).map((code) => m.connections.facts[code](check.data.role.name))].join(" ")}</Text>
          </Group>
        )}
        <Group justify="flex-end">
          <Button
            variant="default"
            loading={check.isPending}
            onClick={() => {
              save.reset();
              check.mutate();
            }}
          >
            {m.models.test}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {connection === undefined ? m.add : m.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Server({ form, put, hasPassword }: { form: Form; put: (part: Partial<Form>) => void; hasPassword: boolean }) {
  const m = useMessages();
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput required miw={180} label={m.connections.host} placeholder="db.example.com" value={form.host} onChange={(event) => put({ host: event.currentTarget.value })} />
        <NumberInput miw={100} label={m.connections.port} placeholder={String(PORTS[form.dialect] ?? "")} min={1} max={65_535} hideControls value={form.port ?? ""} onChange={(value) => put({ port: value === "" ? null : Number(value) })} />
      </Group>
      <TextInput required label={m.connections.database} value={form.database} onChange={(event) => put({ database: event.currentTarget.value })} />
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <TextInput miw={180} label={m.connections.username} description={m.connections.usernameLead} value={form.username} onChange={(event) => put({ username: event.currentTarget.value })} autoComplete="off" />
        <PasswordInput miw={180} label={m.connections.secret} description={hasPassword ? m.connections.secretKept : m.connections.secretLead} value={form.password} onChange={(event) => put({ password: event.currentTarget.value })} autoComplete="new-password" />
      </Group>
      <Select label="TLS" allowDeselect={false} value={form.tls} onChange={(tls) => put({ tls: tls as Tls })} data={(["verify", "require", "off"] as const).map((each) => ({ value: each, label: m.connections.tls[each] }))} />
    </>
  );
}
