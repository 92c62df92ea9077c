/** The first thing at every address: links that were shared open for anybody, all else is behind the sign-in. */
import { Outlet, useLocation } from "@tanstack/react-router";
import { Gate } from "./Gate";
import { isOpenToAnybody } from "./places";

export function Door() {
  const shared = useLocation({ select: (location) => isOpenToAnybody(location.pathname) });
  return shared ? <Outlet /> : <Gate />;
}
