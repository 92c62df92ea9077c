/** Where one can go, and who one is. */
import { Avatar, Badge, Kbd, Menu, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconCheck, IconChevronDown, IconDeviceDesktop, IconExternalLink, IconLogout, IconMoon, IconSearch, IconSelector, IconSun } from "@tabler/icons-react";
import { Fragment } from "react";
import { post } from "../api/transport";
import { ringing, useAlerts } from "../alerts/alerts";
import { draftsOf } from "../ask/drafts";
import { Mark } from "../design/Mark";
import { chooseLanguage, LANGUAGES, useLanguage, useMessages } from "../i18n/messages";
import { Conversations } from "./Conversations";
import { PLACES, type Place } from "./places";
import { switchWorkspace, useSession } from "./session";
import css from "./shell.module.css";

const SECTIONS = ["ask", "library", "manage"] as const;
const MAC = navigator.platform.startsWith("Mac");

export function Sidebar({ openPalette }: { openPalette: () => void }) {
  const m = useMessages();
  const session = useSession();
  const places = PLACES.filter((place) => place.shown?.(session) ?? true);
  return (
    <nav className={css.nav} aria-label={m.nav.label}>
      <WorkspaceMenu />
      <UnstyledButton className={css.searchButton} onClick={openPalette}>
        <IconSearch size={16} aria-hidden />
        <span>{m.palette.open}</span>
        <Kbd size="xs" className={css.kbd}>
          {MAC ? "⌘K" : "Ctrl K"}
        </Kbd>
      </UnstyledButton>
      <div className={css.places}>
        {SECTIONS.map((section) => (
          <Fragment key={section}>
            <Section name={section} places={places.filter((place) => place.section === section)} />
            {section === "ask" && <Conversations />}
          </Fragment>
        ))}
      </div>
      <PersonMenu />
    </nav>
  );
}

function Section({ name, places }: { name: Place["section"]; places: readonly Place[] }) {
  const m = useMessages();
  return (
    <div className={css.section}>
      {name !== "ask" && (
        <Text className={css.sectionName} component="h2">
          {m.nav[name]}
        </Text>
      )}
      {places.map((place) => (
        <PlaceLink key={place.to} place={place} />
      ))}
    </div>
  );
}

function PlaceLink({ place }: { place: Place }) {
  const m = useMessages();
  return (
    <Link to={place.to} className={css.place} activeProps={{ "data-active": true, "aria-current": "page" }} activeOptions={{ exact: place.to === "/", includeSearch: false }}>
      <place.icon size={18} stroke={1.6} aria-hidden />
      {m.nav[place.name]}
      {place.name === "alerts" && <Ringing />}
    </Link>
  );
}

/** How many alerts want to be looked at. */
function Ringing() {
  const m = useMessages();
  const count = ringing(useAlerts().data?.items ?? []).length;
  if (count === 0) return null;
  return (
    <Badge size="sm" color="red" ml="auto">
      {count}
      <VisuallyHidden> {m.alerts.firing(count)}</VisuallyHidden>
    </Badge>
  );
}

function WorkspaceMenu() {
  const m = useMessages();
  const { me, workspace } = useSession();
  const several = me.memberships.length > 1;
  const name = (
    <>
      <Mark size={24} />
      <Text fw={620} size="sm" truncate className={css.workspaceName}>
        {workspace.name}
      </Text>
    </>
  );
  if (!several) return <div className={css.workspace}>{name}</div>;
  return (
    <Menu position="bottom-start" width="target">
      <Menu.Target>
        <UnstyledButton className={css.workspace}>
          {name}
          <VisuallyHidden>{m.person.switchWorkspace}</VisuallyHidden>
          <IconSelector size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {me.memberships.map(({ workspace: each }) => (
          <Menu.Item key={each.id} rightSection={each.id === workspace.id && <IconCheck size={14} />} onClick={() => switchWorkspace(each.id)}>
            {each.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function PersonMenu() {
  const m = useMessages();
  const { me } = useSession();
  const queries = useQueryClient();
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const colours = [
    { value: "light", label: m.person.light, icon: IconSun },
    { value: "dark", label: m.person.dark, icon: IconMoon },
    { value: "auto", label: m.person.auto, icon: IconDeviceDesktop },
  ] as const;
  const leave = async () => {
    await post("logout");
    draftsOf("");
    queries.clear();
    queries.setQueryData(["me"], null);
    location.assign("/");
  };
  return (
    <Menu position="top-start" width={232}>
      <Menu.Target>
        <UnstyledButton className={css.person}>
          <VisuallyHidden>{m.person.menu}</VisuallyHidden>
          <Avatar size={28} radius="xl" name={me.user.name} color="pine" aria-hidden />
          <span className={css.personName}>
            <Text size="sm" truncate>
              {me.user.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {me.user.email}
            </Text>
          </span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{m.person.colours}</Menu.Label>
        {colours.map(({ value, label, icon: Icon }) => (
          <Menu.Item key={value} leftSection={<Icon size={16} />} rightSection={colorScheme === value && <IconCheck size={14} />} onClick={() => setColorScheme(value)}>
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{m.person.language}</Menu.Label>
        {LANGUAGES.map(({ value, label }) => (
          <Menu.Item
            key={value}
            lang={value}
            rightSection={language === value && <IconCheck size={14} />}
            onClick={() => {
              chooseLanguage(value);
              location.reload();
            }}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component="a" href="/docs" target="_blank" rel="noopener" leftSection={<IconExternalLink size={16} />}>
          {m.person.apiPage}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void leave()}>
          {m.person.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
