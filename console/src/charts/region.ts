/** How numbers and times are written in a region of a language, in the words of d3. */
const MONDAY_MS = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Its decimal and thousands signs, and its names of months and days. */
export function writtenIn(region: string) {
  return { number: numbers(region), time: times(region) };
}

function numbers(region: string) {
  const parts = new Intl.NumberFormat(region, { useGrouping: "always" }).formatToParts(123_456_789.5);
  const sign = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  // The first group holds what is left; the last is the one next to the decimal sign.
  const grouping = parts
    .filter((part) => part.type === "integer")
    .slice(1)
    .map((part) => part.value.length)
    .reverse();
  return { decimal: sign("decimal"), thousands: sign("group"), grouping, currency: ["", ""] };
}

function times(region: string) {
  const name = (moment: number, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(region, { ...options, timeZone: "UTC" }).format(moment);
  const months = (month: "long" | "short") => Array.from({ length: 12 }, (_, place) => name(Date.UTC(2024, place, 1), { month }));
  const days = (weekday: "long" | "short") => Array.from({ length: 7 }, (_, place) => name(MONDAY_MS + (place - 1) * DAY_MS, { weekday }));
  return {
    dateTime: "%Y-%m-%d %H:%M:%S",
    date: "%Y-%m-%d",
    time: "%H:%M:%S",
    periods: ["AM", "PM"],
    days: days("long"),
    shortDays: days("short"),
    months: months("long"),
    shortMonths: months("short"),
  };
}
