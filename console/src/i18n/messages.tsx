/** The person's language: a catalogue of typed strings, and their numbers and times. */
import { createContext, useContext, useMemo, type ReactNode } from "react";
import type { en } from "./en";

export type Messages = typeof en;
export type Language = "en" | "de";
export const LANGUAGES: readonly { value: Language; label: string }[] = [
  { value: "en", label: "English" },
  { value: "de", label: "Deutsch" },
];

const KEY = "answerable.language";

/** The language that was chosen here, else the first of the browser's that there is. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(KEY), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  return wanted.includes("de") && wanted.indexOf("de") < firstOf(wanted, "en") ? "de" : "en";
}

function firstOf(tags: readonly (string | undefined)[], tag: string): number {
  const place = tags.indexOf(tag);
  return place === -1 ? tags.length : place;
}

/** Keeps the choice; it shows when the page is loaded anew. */
export function chooseLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}

export async function loadMessages(language: Language): Promise<Messages> {
  return language === "de" ? (await import("./de")).de : (await import("./en")).en;
}

interface Locale {
  messages: Messages;
  language: Language;
}

const Context = createContext<Locale | null>(null);

export function LocaleProvider({ messages, language, children }: Locale & { children: ReactNode }) {
  const locale = useMemo(() => ({ messages, language }), [messages, language]);
  return <Context value={locale}>{children}</Context>;
}

function useLocale(): Locale {
  const locale = useContext(Context);
  if (locale === null) throw new Error("no LocaleProvider");
  return locale;
}

export function useMessages(): Messages {
  return useLocale().messages;
}

export function useLanguage(): Language {
  return useLocale().language;
}

/** Numbers, times and sizes as the person writes them. */
export interface Formats {
  number: (value: number, options?: Intl.NumberFormatOptions) => string;
  percent: (value: number) => string;
  money: (value: number, currency?: string) => string;
  bytes: (value: number) => string;
  date: (value: string) => string;
  moment: (value: string) => string;
  month: (value: Date) => string;
  /** The whole name of a month, from 1. */
  monthName: (month: number) => string;
  day: (value: Date) => string;
  ago: (value: string) => string;
  duration: (milliseconds: number) => string;
  /** The name of a language by its ISO 639-1 code. */
  language: (code: string) => string;
}

export function useFormats(): Formats {
  const region = useRegion();
  return useMemo(() => formatsFor(region), [region]);
}

/** The person's language with their region, as numbers and times are written by: such as en-GB or de-AT. */
export function useRegion(): string {
  return regional(useLanguage());
}

/** The browser's own region of the language, such as en-GB or de-AT. */
function regional(language: Language): string {
  return navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
}

const BYTE_UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const AGES: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function formatsFor(locale: string): Formats {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const number = (value: number, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options).format(value);
  return {
    number,
    percent: (value) => number(value, { style: "percent", maximumFractionDigits: 0 }),
    money: (value, currency = "USD") =>
      number(value, { style: "currency", currency, maximumFractionDigits: value !== 0 && Math.abs(value) < 0.1 ? 5 : 2 }),
    bytes: (value) => {
      const power = value < 1 ? 0 : Math.min(Math.floor(Math.log(value) / Math.log(1000)), BYTE_UNITS.length - 1);
      // "88 byte" is what the short form of the smallest is.
      const options = { style: "unit", unit: BYTE_UNITS[power], unitDisplay: power === 0 ? "long" : "short" } as const;
      return number(value / 1000 ** power, { ...options, maximumFractionDigits: power > 1 ? 1 : 0 });
    },
    date: (value) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(value)),
    moment: (value) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value)),
    month: (value) => new Intl.DateTimeFormat(locale, { month: "short", year: "numeric" }).format(value),
    monthName: (month) => new Intl.DateTimeFormat(locale, { month: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2001, month - 1, 15))),
    day: (value) => new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(value),
    ago: (value) => {
      const seconds = (new Date(value).getTime() - Date.now()) / 1000;
      const [unit, size] = AGES.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
      return unit === "second" ? relative.format(0, "second") : relative.format(Math.round(seconds / size), unit);
    },
    language: (code) => new Intl.DisplayNames(locale, { type: "language", fallback: "code" }).of(code) ?? code,
    duration: (milliseconds) =>
      milliseconds < 1000
        ? number(milliseconds, { style: "unit", unit: "millisecond", maximumFractionDigits: milliseconds < 10 ? 1 : 0 })
        : number(milliseconds / 1000, { style: "unit", unit: "second", maximumFractionDigits: 1 }),
  };
}
