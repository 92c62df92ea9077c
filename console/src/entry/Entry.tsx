/** Signing in, registering, and setting a fresh server up. */
import { Anchor, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState, type FormEvent } from "react";
import { api, read } from "../api/client";
import { asProblem, problemOf } from "../api/problems";
import type { Setup } from "../api/schema";
import { post } from "../api/transport";
import { Mark } from "../design/Mark";
import { Failure, FailureNote } from "../design/Failure";
import { useTitle } from "../design/Page";
import { useMessages } from "../i18n/messages";
import css from "./entry.module.css";
import { takeLink } from "./link";

export function Entry({ entered }: { entered: () => void }) {
  const m = useMessages();
  const [invitation] = useState(() => takeLink("invitation"));
  const setup = useQuery({ queryKey: ["setup"], queryFn: () => read(api.GET("/api/v1/auth/setup")) });
  const [registering, setRegistering] = useState(invitation !== null);
  if (setup.isError) return <Failure error={setup.error} retry={() => void setup.refetch()} />;
  return (
    <main className={css.entry}>
      <div className={css.column}>
        <header className={css.head}>
          <Mark size={36} />
          <Text fw={620} fz="lg">
            {m.name}
          </Text>
          <Text c="dimmed" size="sm">
            {m.tagline}
          </Text>
        </header>
        {setup.data &&
          (setup.data.first_person ? (
            <Register setup={setup.data} entered={entered} title={m.entry.setUpTitle} lead={m.entry.setUpLead} action={m.entry.setUpAction} />
          ) : registering ? (
            <Register
              setup={setup.data}
              entered={entered}
              invitation={invitation}
              title={invitation === null ? m.entry.registerTitle : m.entry.invitedTitle}
              lead={invitation === null ? undefined : m.entry.invitedLead}
              action={m.entry.create}
            />
          ) : (
            <SignIn entered={entered} />
          ))}
        {setup.data && !setup.data.first_person && (setup.data.registration === "open" || invitation !== null) && (
          <Text size="sm" ta="center" c="dimmed">
            {registering ? m.entry.haveAccount : m.entry.noAccount}{" "}
            <Anchor component="button" type="button" size="sm" onClick={() => setRegistering(!registering)}>
              {registering ? m.entry.signIn : m.entry.create}
            </Anchor>
          </Text>
        )}
      </div>
    </main>
  );
}

function SignIn({ entered }: { entered: () => void }) {
  const m = useMessages();
  useTitle(m.entry.signIn);
  const enter = useMutation({ mutationFn: (body: object) => posted("login", body), onSuccess: entered });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({ email: form.get("email"), password: form.get("password") });
  };
  return (
    <Form title={m.entry.welcome} onSubmit={submit} error={enter.error} busy={enter.isPending} action={m.entry.signIn}>
      <TextInput name="email" type="email" label={m.entry.email} autoComplete="username" required autoFocus />
      <PasswordInput name="password" label={m.entry.password} autoComplete="current-password" required />
    </Form>
  );
}

interface RegisterProps {
  setup: Setup;
  entered: () => void;
  title: string;
  lead?: string | undefined;
  action: string;
  invitation?: string | null;
}

function Register({ setup, entered, title, lead, action, invitation = null }: RegisterProps) {
  const m = useMessages();
  useTitle(title);
  const enter = useMutation({ mutationFn: (body: object) => posted("register", body), onSuccess: entered });
  const problem = enter.error === null ? null : asProblem(enter.error);
  const fieldError = (name: string) => {
    const wrong = problem?.fields.find((each) => each.field === name);
    return wrong && m.problem.wrong(wrong);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({
      email: form.get("email"),
      password: form.get("password"),
      name: form.get("name") || null,
      ...(invitation === null ? { workspace_name: form.get("workspace") || null } : { invitation_token: invitation }),
    });
  };
  return (
    <Form title={title} lead={lead} onSubmit={submit} error={enter.error} busy={enter.isPending} action={action}>
      <TextInput name="name" label={m.entry.yourName} autoComplete="name" autoFocus />
      <TextInput name="email" type="email" label={m.entry.email} autoComplete="username" required error={fieldError("email")} />
      <PasswordInput
        name="password"
        label={m.entry.password}
        description={m.entry.passwordHint(setup.password_min_length)}
        autoComplete="new-password"
        minLength={setup.password_min_length}
        required
        error={fieldError("password")}
      />
      {invitation === null && <TextInput name="workspace" label={m.entry.workspaceName} description={m.entry.workspaceHint} />}
    </Form>
  );
}

interface FormProps {
  title: string;
  lead?: string | undefined;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  error: unknown;
  busy: boolean;
  action: string;
  children: React.ReactNode;
}

function Form({ title, lead, onSubmit, error, busy, action, children }: FormProps) {
  const id = useId();
  return (
    <Paper component="form" withBorder p={{ base: "lg", xs: "xl" }} radius="lg" className={css.form} aria-labelledby={id} onSubmit={onSubmit}>
      <Stack>
        <div>
          <Title order={1} id={id}>
            {title}
          </Title>
          {lead && (
            <Text c="dimmed" size="sm" mt={4}>
              {lead}
            </Text>
          )}
        </div>
        {children}
        <FailureNote error={error} />
        <Button type="submit" fullWidth loading={busy} classNames={{ root: css.act, label: css.actWords }}>
          {action}
        </Button>
      </Stack>
    </Paper>
  );
}

async function posted(action: "login" | "register", body: object): Promise<void> {
  const response = await post(action, body);
  if (!response.ok) throw await problemOf(response);
}
