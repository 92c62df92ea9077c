/** The frame around every page: the sidebar, the palette, uploads from anywhere. */
import { ActionIcon, Drawer, Group } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { IconBellRinging, IconMenu2, IconSearch } from "@tabler/icons-react";
import { useEffect } from "react";
import { ringing, useAlerts } from "../alerts/alerts";
import { useMessages } from "../i18n/messages";
import { unlessBelow } from "../design/topmost";
import { UploadsProvider } from "../uploads/Uploads";
import { part } from "./chunk";
import { useFocusKept } from "./focus";
import { useLive } from "./live";
import css from "./shell.module.css";
import { Sidebar } from "./Sidebar";

const Palette = part(() => import("./Palette"), "Palette");

export function Shell() {
  const m = useMessages();
  useLive();
  useFocusKept();
  const count = ringing(useAlerts().data?.items ?? []).length;
  const [menu, { open: openMenu, close: closeMenu }] = useDisclosure();
  const [palette, { toggle: togglePalette, open: openPalette, close: closePalette }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.href });
  useHotkeys([["mod+K", togglePalette]], []);
  useEffect(closeMenu, [path, closeMenu]);
  return (
    <UploadsProvider>
      <a className={css.skip} href="#content">
        {m.skipToContent}
      </a>
      <div className={css.shell}>
        <aside className={css.sidebar}>
          <Sidebar openPalette={openPalette} />
        </aside>
        <header className={css.topbar}>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={m.nav.open} onClick={openMenu}>
            <IconMenu2 size={20} />
          </ActionIcon>
          <span className={css.topbarName}>{m.name}</span>
          <Group gap={4}>
            {count > 0 && (
              <ActionIcon component={Link} to="/alerts" variant="subtle" color="red" size="lg" aria-label={`${count} ${m.alerts.firing(count)}`}>
                <IconBellRinging size={20} />
              </ActionIcon>
            )}
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={m.palette.open} onClick={openPalette}>
              <IconSearch size={20} />
            </ActionIcon>
          </Group>
        </header>
        <Drawer.Root opened={menu} onClose={unlessBelow(closeMenu)} size="17rem">
          <Drawer.Overlay backgroundOpacity={0.35} />
          <Drawer.Content aria-label={m.nav.label}>
            <Drawer.Body p={0}>
              <Group className={css.drawer}>
                <Sidebar
                  openPalette={() => {
                    closeMenu();
                    openPalette();
                  }}
                />
              </Group>
            </Drawer.Body>
          </Drawer.Content>
        </Drawer.Root>
        <main id="content" className={css.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {palette && <Palette close={closePalette} />}
    </UploadsProvider>
  );
}
