/**
 * A deployment log as Auto-Deployer 2.0 writes it, in the order of its keys. Times are local and without an offset.
 * Keys that we add are marked; whoever reads the original ones finds them as always.
 */
export interface DeploymentRecord {
  readonly version: '2.0';
  readonly mode: 'orchestrator';
  readonly repo_url: string;
  readonly deploy_dir: string;
  readonly project_type: string;
  readonly framework: null;
  readonly host_info: { readonly hostname: string; readonly target: string };
  readonly start_time: string;
  end_time: string | null;
  status: 'running' | 'success' | 'failed' | 'aborted';
  readonly config: Readonly<Record<string, never>>;
  readonly plan: PlanRecord;
  readonly steps: StepRecord[];
  summary?: SummaryRecord;
  /** Ours: who wrote the file. */
  readonly writer: string;
  /** Ours: the id under which the run is recorded elsewhere. */
  readonly execution: string;
  /** Ours: whose run it is. */
  readonly user: string;
}

interface PlanRecord {
  readonly strategy: string;
  readonly components: readonly string[];
  readonly steps: readonly PlannedRecord[];
  readonly risks: readonly never[];
  readonly notes: readonly never[];
  readonly estimated_time: null;
  readonly created_at: string;
}

export interface PlannedRecord {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly category: 'deploy';
  readonly estimated_commands: readonly string[];
  readonly success_criteria: string;
  readonly depends_on: readonly never[];
}

export interface StepRecord {
  readonly step_id: number;
  readonly step_name: string;
  readonly category: 'deploy';
  status: 'running' | 'success' | 'failed' | 'skipped';
  iterations: number;
  readonly compressed: false;
  readonly compressed_history: null;
  readonly commands: CommandRecord[];
  readonly user_interactions: readonly never[];
  structured_outputs: { readonly summary: string; readonly key_info: Readonly<Record<string, never>> } | null;
  error: string | null;
  timestamp: string;
  readonly compression_events: readonly never[];
  /** Ours: how it went on each host. */
  readonly hosts: HostEntry[];
}

export interface HostEntry {
  readonly name: string;
  status: 'pending' | 'timeout' | 'cancelled' | StepRecord['status'];
  exit_code?: number;
  error?: string;
}

export interface CommandRecord {
  readonly command: string;
  readonly success: boolean;
  /** -1 when there is none. */
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** When it ended. */
  readonly timestamp: string;
  /** Ours: where it ran. */
  readonly host: string;
  /** Ours: how many characters it wrote; more than `stdout` holds means that the rest was cut off. */
  readonly stdout_length: number;
  readonly stderr_length: number;
}

interface SummaryRecord {
  readonly total_steps: number;
  readonly successful_steps: number;
  readonly total_commands: number;
  readonly duration_seconds: number;
}

/** How many characters of a command's output the format keeps. */
export const keptCharacters = { stdout: 1_000, stderr: 500 } as const;
