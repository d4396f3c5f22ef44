/** Milliseconds of processor time that this thread spends on `work`; what else the machine does is not counted. */
export function processorTime(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
