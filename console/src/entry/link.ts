/** One-time secrets in the address's fragment, which no server sees: `#sign-in=…`, `#invitation=…`. */

/** The secret, taken out of the address; null without one. */
export function takeLink(name: "sign-in" | "invitation"): string | null {
  const prefix = `#${name}=`;
  if (!location.hash.startsWith(prefix)) return null;
  const secret = decodeURIComponent(location.hash.slice(prefix.length));
  history.replaceState(history.state, "", location.pathname + location.search);
  return secret;
}
