/** The mark of Answerable. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" fill="#176552" />
      <path d="M9 23 16 8l7 15M12 18h8" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      <circle cx="24.5" cy="9" r="2.5" fill="#7dd0b5" />
    </svg>
  );
}
