/** What a file of version 2 says, as the orchestrator saves it; each part as a test wants it. */
export function deploymentFile(parts: object = {}): Record<string, unknown> {
  return {
    version: '2.0',
    mode: 'orchestrator',
    repo_url: 'https://git.example.org/team/shop.git',
    deploy_dir: '~/shop',
    host_info: { hostname: 'web', target: 'ops@192.0.2.7' },
    start_time: '2026-03-01T10:00:00.250000',
    end_time: null,
    status: 'running',
    config: { model: 'm', temperature: 0, max_iterations_per_step: 5 },
    plan: {
      strategy: 'traditional',
      steps: ['Fetch', 'Install', 'Start', 'Verify'].map((name, index) => ({ id: index + 1, name, depends_on: [] })),
    },
    steps: [],
    ...parts,
  };
}

export function deploymentStep(id: number, parts: object = {}): Record<string, unknown> {
  return {
    step_id: id,
    step_name: ['Fetch', 'Install', 'Start', 'Verify'][id - 1],
    category: 'setup',
    status: 'running',
    iterations: 1,
    compressed: false,
    compressed_history: null,
    commands: [],
    user_interactions: [],
    structured_outputs: null,
    error: null,
    timestamp: `2026-03-01T10:0${id}:00.000000`,
    compression_events: [],
    ...parts,
  };
}

export function deploymentCommand(command: string, second: number, parts: object = {}): Record<string, unknown> {
  const timestamp = `2026-03-01T10:01:${`${second}`.padStart(2, '0')}.500000`;
  return { command, success: true, exit_code: 0, stdout: `did ${command}\n`, stderr: '', timestamp, ...parts };
}
