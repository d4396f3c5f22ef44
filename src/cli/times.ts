const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time for people: "0.31 s", "12.4 s", "3 min 05 s", "2 h 10 min". */
export function durationWords(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  if (milliseconds < 10 * second) return `${(milliseconds / second).toFixed(2)} s`;
  if (milliseconds < minute) return `${(milliseconds / second).toFixed(1)} s`;
  if (milliseconds < hour) {
    return `${Math.floor(milliseconds / minute)} min ${two((milliseconds % minute) / second)} s`;
  }
  return `${Math.floor(milliseconds / hour)} h ${two((milliseconds % hour) / minute)} min`;
}

/** How long ago something was, for people. */
export function agoWords(time: number | undefined, now: number): string {
  if (time === undefined) return '';
  const past = Math.max(0, now - time);
  if (past < minute) return `${Math.floor(past / second)} s ago`;
  if (past < hour) return `${Math.floor(past / minute)} min ago`;
  if (past < day) return `${Math.floor(past / hour)} h ago`;
  return `${Math.floor(past / day)} d ago`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
