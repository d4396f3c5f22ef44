import { Cron } from 'croner';

/** What is wrong with five fields of cron, in words; undefined when they can be used. */
export function faultInCron(cron: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5) return `expected five fields (minute, hour, day, month, weekday), found ${fields}`;
  try {
    return nextRunOf(cron, Date.now()) === undefined ? `"${cron}" names a time that never comes` : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
  }
}

/** The first whole minute after `time` that the fields name, by this machine's clock and time zone. */
export function nextRunOf(cron: string, time: number): number | undefined {
  return new Cron(cron, { mode: '5-part', paused: true }).nextRun(new Date(time))?.getTime();
}
