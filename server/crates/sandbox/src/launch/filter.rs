//! The filter of system calls: what no command has any business with, and what would lead around
//! the other walls. A refused call fails with EPERM; calls whose arguments a filter cannot see
//! fail with ENOSYS, whereupon programs use their older forms.
use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

use super::landlock::Abilities;
use crate::plan::Rules;
use crate::profile::Network;

/// Refused whatever their arguments.
const REFUSED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_by_handle_at,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_userfaultfd,
    libc::SYS_fanotify_init,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// Said not to exist: what they are asked to do is in memory, where the filter cannot look, or
/// in a descriptor.
const ABSENT: &[i64] = &[libc::SYS_clone3, libc::SYS_pidfd_send_signal];

/// Flags of `clone` that make namespaces.
const NAMESPACES: &[i32] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWCGROUP,
];

/// Calls that signal the process, thread or group in their first argument.
const SIGNALS: &[i64] = &[
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_tgkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
];

/// Requests of `ioctl` that type into a terminal.
const TYPING: &[u64] = &[libc::TIOCSTI, libc::TIOCLINUX];

/// Builds the filters for this process and applies them to it and all that it starts.
pub(super) fn apply(rules: &Rules, is_inside: bool, abilities: Abilities) -> Result<(), String> {
    build(rules, is_inside, abilities)
        .and_then(|programs| {
            programs
                .iter()
                .try_for_each(|program| apply_filter(program))
        })
        .map_err(|error| format!("the filter of system calls: {error}"))
}

fn build(
    rules: &Rules,
    is_inside: bool,
    abilities: Abilities,
) -> Result<Vec<BpfProgram>, seccompiler::Error> {
    let mut refused: Table = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    refused.insert(libc::SYS_clone, namespaces()?);
    refused.insert(libc::SYS_socket, vec![families(rules.network, is_inside)?]);
    let typing: Result<Vec<_>, _> = TYPING
        .iter()
        .map(|request| rule(1, SeccompCmpOp::Eq, *request))
        .collect();
    refused.insert(libc::SYS_ioctl, typing?);
    for call in SIGNALS {
        refused.insert(*call, spared()?);
    }
    // Without scopes, abstract sockets of everybody are reached too.
    let may_connect = rules.connects && (is_inside || abilities.scopes);
    if rules.network == Network::Off && !may_connect {
        refused.insert(libc::SYS_connect, Vec::new());
    }
    let mut absent: Table = ABSENT.iter().map(|call| (*call, Vec::new())).collect();
    if !abilities.truncation && !is_inside {
        forbid_truncation(&mut refused, &mut absent)?;
    }
    Ok(vec![
        program(refused, libc::EPERM)?,
        program(absent, libc::ENOSYS)?,
    ])
}

type Table = BTreeMap<i64, Vec<SeccompRule>>;

fn rule(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(vec![condition(
        argument, operator, value,
    )?])?)
}

fn condition(
    argument: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::Error> {
    // All of these arguments are ints: programs may leave anything in the upper half.
    Ok(SeccompCondition::new(
        argument,
        SeccompCmpArgLen::Dword,
        operator,
        value,
    )?)
}

fn namespaces() -> Result<Vec<SeccompRule>, seccompiler::Error> {
    NAMESPACES
        .iter()
        .map(|flag| {
            let flag = u64::from(flag.cast_unsigned());
            rule(0, SeccompCmpOp::MaskedEq(flag), flag)
        })
        .collect()
}

/// A socket is refused if it is of none of these families. With bubblewrap the internet is that
/// of a namespace where there is only a loopback.
fn families(network: Network, is_inside: bool) -> Result<SeccompRule, seccompiler::Error> {
    let mut families = vec![libc::AF_UNIX];
    if network == Network::On || is_inside {
        families.extend([libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK]);
    }
    let conditions: Result<Vec<_>, _> = families
        .into_iter()
        .map(|family| condition(0, SeccompCmpOp::Ne, u64::from(family.cast_unsigned())))
        .collect();
    Ok(SeccompRule::new(conditions?)?)
}

/// This process is not signalled, neither by itself nor with its group nor with everyone: it is
/// what ends the others.
fn spared() -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    [own, -own, -1]
        .into_iter()
        .map(|process| rule(0, SeccompCmpOp::Eq, u64::from(process.cast_unsigned())))
        .collect()
}

/// Landlock before version 3 lets files be emptied that may not be written.
fn forbid_truncation(refused: &mut Table, absent: &mut Table) -> Result<(), seccompiler::Error> {
    let mask = u64::from((libc::O_TRUNC | libc::O_ACCMODE).cast_unsigned());
    let truncating = u64::from((libc::O_TRUNC | libc::O_RDONLY).cast_unsigned());
    refused.insert(libc::SYS_truncate, Vec::new());
    #[cfg(target_arch = "x86_64")]
    refused.insert(
        libc::SYS_open,
        vec![rule(1, SeccompCmpOp::MaskedEq(mask), truncating)?],
    );
    refused.insert(
        libc::SYS_openat,
        vec![rule(2, SeccompCmpOp::MaskedEq(mask), truncating)?],
    );
    absent.insert(libc::SYS_openat2, Vec::new());
    Ok(())
}

fn program(table: Table, error: i32) -> Result<BpfProgram, seccompiler::Error> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let filter = SeccompFilter::new(
        table,
        SeccompAction::Allow,
        SeccompAction::Errno(error.cast_unsigned()),
        arch,
    )?;
    let program = BpfProgram::try_from(filter)?;
    Ok(guarded(program, error))
}

/// On x86-64 the calls of the x32 ABI have numbers of their own, which the table does not hold:
/// they are refused before it is looked at. On other systems there is nothing to add.
fn guarded(program: BpfProgram, error: i32) -> BpfProgram {
    if !cfg!(target_arch = "x86_64") {
        return program;
    }
    // Load the number; if it has the bit of x32 or a higher one, return the error.
    let mut guarded = vec![
        statement(BPF_LD_W_ABS, 0, 0, 0),
        statement(BPF_JMP_JGE_K, 0, 1, X32_BIT),
        statement(BPF_RET_K, 0, 0, SECCOMP_RET_ERRNO | error.cast_unsigned()),
    ];
    guarded.extend(program);
    guarded
}

/// Loads a word of what the filter is asked about; its first is the number of the call.
const BPF_LD_W_ABS: u16 = 0x20;
/// Jumps if the word is at least a constant.
const BPF_JMP_JGE_K: u16 = 0x35;
/// Returns a constant.
const BPF_RET_K: u16 = 0x06;
/// Has the call fail with the error in the lower half.
const SECCOMP_RET_ERRNO: u32 = 0x0005_0000;
/// Set in the numbers of the x32 ABI.
const X32_BIT: u32 = 0x4000_0000;

fn statement(code: u16, jt: u8, jf: u8, k: u32) -> seccompiler::sock_filter {
    seccompiler::sock_filter { code, jt, jf, k }
}
