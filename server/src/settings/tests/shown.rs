//! The settings as they are shown to people, and the page that lists them.
use expect_test::expect;

use super::*;

#[test]
fn the_table_for_people_shows_no_secret() {
    let world = World::new()
        .environment("OPENAI_API_KEY", "kept-under-the-hat")
        .flag("turn.max_queued", "3");
    let resolved = world.resolve();
    let text = resolved.table() + &resolved.changed().join("\n") + &format!("{resolved:?}");
    assert!(!text.contains("kept-under-the-hat"));
    expect![[r#"
        SETTING                         VALUE               DEFAULT             FROM            WHAT IT IS FOR
        model                           openai/gpt-5-mini   openai/gpt-5-mini   default         The model of new sessions.
        permission_mode                 ask                 ask                 default         What new sessions may do unasked. From an editor full counts only in a workspace that you trust.
        fallback_models                 not set             not set             default         The models that are asked where the session's own fails, in this order.
        reasoning_effort                not set             not set             default         How much models are to think, where nothing is said of the model itself; their own default if not set.
        providers.connect_timeout_s     10 s                10 s                default         How long connecting to a provider may take.
        providers.first_byte_timeout_s  120 s               120 s               default         How long a provider may take to begin its answer.
        providers.idle_timeout_s        120 s               120 s               default         How long a provider may be silent in the middle of an answer.
        providers.total_timeout_s       1800 s              1800 s              default         How long an answer may take in all.
        providers.max_retries           5 retries           5 retries           default         How often a request that failed for a passing reason (network, 408, 429, 5xx) is made again.
        providers.retry_base_ms         500 ms              500 ms              default         How long to wait before the first retry, with jitter; it doubles each time. What the provider asks for (retry-after) is the least that is waited.
        providers.retry_cap_s           60 s                60 s                default         The longest wait before a retry; a provider that asks for more is not asked again.
        providers.min_interval_ms       0 ms                0 ms                default         The least time between the starts of two requests to one provider, for plans that allow few of them.
        providers.proxy                 not set             not set             default         The URL of an HTTP proxy for all providers that are not on this machine; may hold a user name and a password, so it is not shown. HTTPS_PROXY, HTTP_PROXY and NO_PROXY count where it is not set.
        providers.ca_file               not set             not set             default         A file of certificates in PEM, trusted beside those of the system, for companies with an authority of their own.
        keys.store                      auto                auto                default         Where aside auth add keeps keys: the system's keyring, an encrypted file, or whichever is there.
        usage.ledger                    not set             not set             default         A file to which each request's tokens and cost are added as a line of JSON; a relative path starts at the data directory.
        permission.timeout_s            600 s               600 s               default         How long a question for permission waits before it counts as refused.
        editor.request_timeout_s        10 s                10 s                default         How long the editor may take to answer a request.
        editor.edit_confirm_timeout_ms  2000 ms             2000 ms             default         How long the editor may take to report the text of an edit that it says it applied.
        editor.diagnostics_wait_ms      1000 ms             1000 ms             default         How long an edit's result waits for the editor to report what the edit broke or mended, where the editor can be asked. With 0 it is not asked.
        turn.max_iterations             50 requests         50 requests         default         How many requests to the model one turn may make.
        turn.max_output_tokens          not set             not set             default         A limit on the tokens of each answer; the model's own if not set.
        turn.max_parallel_reads         4 calls             4 calls             default         How many tool calls that only read run at the same time.
        turn.repeat_limit               3 calls             3 calls             default         How often the same call with the same result is made before the next is refused.
        turn.max_queued                 3 prompts           16 prompts          flag            How many prompts of one session may wait while a turn runs.
        turn.context_window             128000 tokens       128000 tokens       default         How much the model can be sent at once, where nothing else is known of it.
        turn.tool_timeout_s             600 s               600 s               default         How long one tool call may work, waiting for permission not counted.
        edits.mode                      apply               apply               default         Whether edits are made at once and reviewed afterwards, or wait until they are accepted.
        edits.confirm                   never               never               default         Whether the editor itself is to ask before it takes an edit, where it says that it can (needsConfirmation).
        edits.dialects                  *codex*=applyPatch  *codex*=applyPatch  default         How models are told to edit, by patterns of provider/model in which * stands for anything: editFile (all that no pattern names), applyPatch, or for models that call no tools searchReplace, and wholeFile for small ones. The first that fits counts.
        files.max_read_mb               10 MB               10 MB               default         The largest file that is read or edited.
        web.search.provider             not set             not set             default         Who searches the web for web_search: tavily, brave, or searxng, which needs web.search.url. Without it there is no such tool.
        web.search.url                  not set             not set             default         Where the search provider is, if not at its usual address.
        web.search.tavily_key           not set             not set             default         The key for Tavily; better kept in the environment. Never shown or logged.
        web.search.brave_key            not set             not set             default         The key for Brave Search; better kept in the environment. Never shown or logged.
        web.allow_hosts                 not set             not set             default         Hosts whose pages may be fetched although they are not public, such as localhost:8080 or *.example.com.
        web.timeout_s                   30 s                30 s                default         How long fetching a page or searching the web may take.
        web.max_mb                      5 MB                5 MB                default         How much of a page is fetched.
        sandbox.backend                 auto                auto                default         What confines the programs that the agent runs: the best that works on this system, one of them, a container of the image sandbox.container.image, or nothing. Where one is named and does not work, no program is run.
        sandbox.container.image         not set             not set             default         The image that programs run in with the backend container. It has a shell, and what the project needs.
        sandbox.container.socket        not set             not set             default         Where the engine of containers listens: a path, unix://PATH or tcp://HOST:PORT. Without one DOCKER_HOST and the usual places of Docker and Podman are looked at.
        sandbox.container.pull          never               never               default         Whether the image is got from its registry where it is missing.
        sandbox.container.pool          1 containers        1 containers        default         How many containers are kept ready for the next sessions.
        sandbox.container.idle_s        600 s               600 s               default         A container in which nothing has run for so long is removed.
        sandbox.network                 off                 off                 default         Whether programs reach the network. With off a command that means to, as far as Aside sees, is asked about, and has it for that one call.
        sandbox.memory_mb               8192 MB             8192 MB             default         How much memory a command may take, with all that it starts.
        sandbox.processes               1024 processes      1024 processes      default         How many processes a command may have at one time.
        sandbox.env                     not set             not set             default         Variables of the environment that programs get though their names look like those of secrets.
        bash.timeout_s                  3600 s              3600 s              default         How long a command may work, in the background too, before it is stopped. The model may say less.
        bash.background_after_s         120 s               120 s               default         After how long a command goes on in the background, so that the model need not wait.
        bash.max_output_kb              32 KB               32 KB               default         How much of a command's output the model is shown at once; the middle of more is left out.
        bash.max_jobs                   8 commands          8 commands          default         How many commands of one session may work in the background.
        transport.max_message_mb        32 MB               32 MB               default         The largest message that an editor may send; a larger one is skipped.
        storage.busy_timeout_ms         5000 ms             5000 ms             default         How long to wait for the database while another server writes to it.
        log.level                       info                info                default         What is logged: error, warn, info, debug, trace, off, or a filter as RUST_LOG takes it.
        log.max_file_mb                 5 MB                5 MB                default         How large a log file grows before a new one is begun.
        log.files                       3 files             3 files             default         How many log files are kept, the one that is written to included.
        providers.openai.api_key        set                 not set             OPENAI_API_KEY  Its key; better kept in the environment or by aside auth add NAME. Never shown or logged.

        FIXED BOUND                                                                   VALUE
        one settings file                                                             256 KB
        rules of permission of the user, beside those of the settings                 1000 rules
        the file of these rules                                                       4 MB
        rules of permission that one request adds, and removes                        1000 rules
        warnings about one source of settings                                         20 warnings
        files whose diagnostics are kept as code-action requests carried them         200 files
        code-action requests of one file whose lines are remembered                   100 requests
        diagnostics read of one answer of an editor                                   10000 diagnostics
        places read of one answer of an editor                                        10000 places
        symbols read of one answer of an editor                                       10000 symbols
        entries of one source in hooks, tools, databases, mcpServers or checkers      64 entries
        rules of permission of one source                                             1000 rules
        the name of such an entry                                                     64 bytes
        the parameters of a command tool, or what is said of an MCP server            64 KB
        what a hook is told                                                           4 MB
        what a hook says that is used                                                 8 KB
        how long a hook may take to end after its time                                500 ms
        notices about the hooks of one turn                                           20 notices
        sessions that hooks know as begun                                             1000 sessions
        hooks about the end of sessions where the editor leaves                       1000 ms
        hooks about the end of sessions where a command ends                          120000 ms
        arguments of a call in the audit log                                          4 KB
        one text in the audit log                                                     1 KB
        names in one row of the audit log                                             100 names
        files of a workspace that trust is about                                      512 files
        one of these files                                                            1 MB
        all of these files together                                                   8 MB
        folders within folders in .aside                                              8 folders
        workspaces whose trust is remembered                                          1000 workspaces
        the record of trusted workspaces                                              16 MB
        waiting for another process that changes this record                          5000 ms
        the ledger of usage, before a new one is begun                                64 MB
        ledgers of usage that are kept                                                8 files
        how long the end of the program waits for the ledger's last lines             2000 ms
        providers whose connections are kept                                          32 providers
        models of which it is known how far estimates are off                         64 models
        models taken from one server's list                                           2000 models
        how long a server may take to list its models                                 4000 ms
        how long such a list is used again                                            300000 ms
        one setting of text                                                           4 KB
        documents open in the editor                                                  16384 documents
        one open document                                                             64 MB
        all open documents together                                                   512 MB
        changes that are remembered of one document                                   4096 changes
        states of a document kept while an edit is made                               256 states
        of these, states in which an edit is looked for                               4 states
        times a misplaced edit is tried to be taken back                              3 times
        pause in typing that an edit which came too late waits for                    200 ms
        how long it waits for that pause                                              2000 ms
        how often an editor's work on closed files is looked for                      25 ms
        one field of a log line                                                       8 KB
        secret values that are looked for in logs                                     64 values
        the shortest secret value that is looked for                                  8 bytes
        how long it counts that a kept key could not be read, when models are listed  10000 ms
        a line that is typed or piped in where it is not shown                        16 KB
        one path                                                                      4 KB
        one title                                                                     200 characters
        one prompt                                                                    20 MB
        entries of one page of a list                                                 200 entries
        entries of a page where no limit is given                                     50 entries
        text that sessions are searched for                                           4 KB
        what is offered behind an @ or a /                                            50 candidates
        files and folders that are offered from                                       200000 entries
        output of one call in an exported page                                        16 KB
        events of one page of chat/events                                             500 events
        messages that wait for one session                                            256 messages
        how long streamed text may stay unstored                                      200 ms
        how long an idle session stays in memory                                      300000 ms
        how often others' events are looked for                                       400 ms
        reviews of edits that wait                                                    64 reviews
        edits of which it is known exactly what was typed since                       4096 edits
        files reviewed together                                                       500 files
        times a review is tried while the file changes                                8 times
        what the model is shown of an amended text                                    4 KB
        text compared without a thread of its own                                     256 KB
        files kept while edits are listed                                             64 MB
        texts of the edits of one list                                                32 MB
        the diff of one edit                                                          256 KB
        requests of the editor that are open                                          16384 requests
        bytes of open requests                                                        256 MB
        notifications of the editor that are open                                     4096 notifications
        unwritten output above which events wait                                      1 MB
        unwritten output above which nothing is read                                  64 MB
        one header of a message                                                       4 KB
        open requests after end-of-file                                               500 ms
        writing the last answers                                                      1000 ms
        closing the database at the end                                               2000 ms
        text of one message of a model                                                1 MB
        arguments of one tool call                                                    2 MB
        name of a tool that a model calls                                             256 bytes
        a provider's id of a tool call                                                64 KB
        messages for a running turn that wait                                         64 messages
        pattern of a rule of permission                                               1 KB
        words in a pattern of commands                                                64 words
        parts of a path that patterns are compared with                               256 parts
        rules of permission that one answer makes                                     8 rules
        effects that a question for permission names                                  8 effects
        a path or command in a question for permission                                512 bytes
        reasons in a question for permission                                          4 sentences
        one answer of a model                                                         8 MB
        items in one answer                                                           256 items
        tool calls made of one answer                                                 64 calls
        what only the provider understands of one answer                              4 MB
        remarks of the provider about one answer                                      8 remarks
        times an answer is asked for again after a part of it was seen                2 times
        one tool's output to the model                                                64 KB
        one diagnostic's message to the model                                         1000 bytes
        diagnostics of one file that are compared after an edit                       2000 diagnostics
        how long an editor may take to report of files before an edit                 300 ms
        how often an editor is asked what it reports after an edit                    100 ms
        files of one call of which an editor is asked what it reports                 20 files
        diagnostics that the model is told of after an edit                           20 diagnostics
        output that one tool call streams                                             1 MB
        pieces of output that wait to be told                                         64 pieces
        entries of a plan                                                             100 entries
        tools that a session offers beside those that all do                          64 tools
        refused repetitions before a turn ends                                        3 calls
        times one change is computed anew over what the user types                    5 times
        places shown of a conflict, or of what the user changed                       4 places
        text shown of each of these places                                            2 KB
        attempts to edit kept of one tool call                                        256 attempts
        files whose texts are kept as a model saw them                                2000 files
        texts kept as a model saw them                                                64 MB
        notes that wait for the next request to a model                               16 KB
        a title made from the first message                                           60 characters
        one server-sent event                                                         8 MB
        one streamed answer                                                           256 MB
        one answer that is not streamed                                               16 MB
        tool calls in one answer                                                      256 calls
        text held back that may be a tool call                                        256 KB
        text in one answer that looks like a tool call and is none                    1024 times
        items of one answer over Responses                                            1024 items
        parts of one such item that are told apart                                    1024 parts
        items of reasoning sent back in Chat Completions                              4096 items
        the depth of a tool's schema for Gemini                                       32 levels
        a provider's error text                                                       64 KB
        silence after the end of an answer                                            5000 ms
        a provider's list of models                                                   4 MB
        texts of one request for vectors                                              64 texts
        text of one request for vectors                                               256 KB
        vectors of one request                                                        32 MB
        models taken from a provider's list                                           5000 models
        text counted in tokens at once                                                64 KB
        idle connections to a provider                                                4 connections
        how long an idle connection is kept                                           55000 ms
        keys that are kept                                                            256 keys
        one key                                                                       8 KB
        the name that a key is kept under                                             96 bytes
        one passphrase                                                                1 KB
        the encrypted file of keys                                                    4 MB
        the index of keys                                                             64 KB
        memory that a file of keys may ask for to be opened                           262144 KiB
        passes over it                                                                16 passes
        waiting for another process that changes keys                                 10000 ms
        waiting for the keyring                                                       5000 ms
        waiting for the keyring while a person may have to unlock it                  120000 ms
        calls that wait for the keyring                                               4 calls
        output of a tool that reads or searches                                       48 KB
        one line of read_file                                                         2000 bytes
        lines of read_file where no limit is given                                    2000 lines
        matches of grep where no limit is given                                       100 matches
        matches of grep                                                               1000 matches
        lines of context of grep                                                      20 lines
        one file that grep searches                                                   64 MB
        a regular expression, compiled                                                4 MB
        files of glob where no limit is given                                         100 files
        files of glob                                                                 1000 files
        entries that list_directory shows                                             500 entries
        depth of list_directory                                                       10 folders
        the files of one edit, all together                                           256 MB
        the request of an attempt that the ledger keeps                               256 KB
        matches of one file that are reported                                         1000 matches
        files of one edit that the model is told of                                   100 files
        files and folders visited by one search                                       500000 entries
        checkers that one call runs                                                   8 commands
        how long one checker may work                                                 300000 ms
        what a checker prints that is read                                            16 MB
        diagnostics read of one checker                                               10000 diagnostics
        diagnostics that one call shows                                               100 diagnostics
        places that one call shows                                                    100 places
        symbols that one call shows                                                   500 symbols
        pages that web_search finds where no limit is given                           8 pages
        pages that web_search finds                                                   20 pages
        the schema of a database                                                      48 KB
        one entry of a plan                                                           500 bytes
        options of a question to the user                                             20 options
        a question to the user, or its answer                                         8 KB
        older texts kept beside a document                                            100 files
        tools that find_tools finds                                                   8 tools
        one tool as find_tools shows it                                               6 KB
        a query of find_tools                                                         1 KB
        names that the description of find_tools tells                                1 KB
        a line of output that is not finished                                         8 KB
        what a command prints before it is stopped                                    1024 MB
        output that is kept of one command in a file                                  16 MB
        files with output of commands that a session keeps                            32 files
        commands of a session that have ended and can still be asked for              16 commands
        a command in a list of jobs                                                   16 KB
        files that are looked at for changes by a command                             200 files
        a file of Git's settings that is looked at                                    256 KB
        an index of Git's that is looked at                                           64 MB
        folders above a command's in which repositories are looked for                64 folders
        submodules whose settings are looked at                                       256 folders
        how long job_output waits where nothing is new                                10000 ms
        edits of one edit_file call                                                   256 edits
        places that replace_all replaces                                              100000 places
        the text after an edit                                                        128 MB
        lines looked at for an inexact match                                          2000000 lines
        lines compared closely for an inexact match                                   1000000 lines
        characters compared for a part of a line                                      4000000 characters
        places that a refused edit names                                              8 places
        a patch                                                                       32 MB
        files of one patch                                                            2000 files
        hunks of one patch                                                            20000 hunks
        @@ lines of one hunk                                                          16 lines
        places looked at for one hunk                                                 4096 places
        lines compared for one hunk in one stage                                      5000000 lines
        an answer with SEARCH/REPLACE blocks                                          16 MB
        SEARCH/REPLACE blocks of one answer                                           1000 blocks
        whole files of one answer                                                     256 files
        pairs of lines compared for the smallest difference                           16000000 pairs
        searches for unique lines between unique lines                                32 levels
        changes to a text that are kept apart                                         10000 changes
        requests that wait for the database                                           256 requests
        event numbers reserved at a time                                              1000 numbers
        rows of the audit log read at a time                                          1000 rows
        waiting for the file that notes the end of the audit log                      50 ms
        rules of permission of a workspace, and of each session                       1000 rules
        rows of one page from the database                                            500 rows
        sessions repaired at a time after a crash                                     256 sessions
        streamed pieces read back for one repair                                      100000 events
        events read at a time from the database                                       32 MB
        text of a file kept to take an edit back                                      256 MB
        edits read at a time from the database                                        10000 edits
        values of one condition on edits                                              1000 values
        words of one search                                                           32 words
        newest messages with the words of a search that are ranked                    5000 messages
        newest items looked through for words of scripts without spaces               20000 items
        notes kept for the model in a session                                         1000 notes
        pairs of a model and a dialect counted in the ledger                          1000 pairs
        pairs of a day and a model summed for usage                                   10000 pairs
        the URL of a database                                                         8 KB
        tables of a database that are named                                           2000 tables
        indexes and keys of a database that are read                                  10000 rows
        one text of a schema, such as a default or a comment                          500 characters
        tables that are proposed for one that is missing                              30 tables
        a URL to fetch                                                                8 KB
        entries of web.allow_hosts                                                    1000 entries
        one entry of web.allow_hosts                                                  300 bytes
        addresses of one name                                                         64 addresses
        redirects on the way to a page                                                20 redirects
        one page                                                                      16 MB
        a file of certificates for the web                                            4 MB
        idle connections to one host of the web                                       2 connections
        how long they are kept                                                        30000 ms
        connecting to a host of the web                                               15000 ms
        pages converted at a time                                                     2 pages
        causes of one failure of the network                                          16 causes
        words of a search provider that are shown                                     400 characters
        parsing one page                                                              5000 ms
        the stack for one page                                                        32 MB
        elements of a page within each other                                          400 levels
        lists and quotations of a page within each other                              24 levels
        nodes of a page                                                               400000 nodes
        a link in a page                                                              2000 bytes
        the title of a page                                                           300 characters
        one search                                                                    20000 ms
        a query of a search                                                           2000 bytes
        hits of one search                                                            20 hits
        the answer of a search engine                                                 4 MB
        the title of a hit                                                            300 characters
        the snippet of a hit                                                          1000 characters
        a shell command that is read                                                  64 KB
        shell commands within commands, deep                                          8 levels
        shell commands within one command                                             128 commands
        effects of a shell command                                                    256 effects
        the syntax tree of a shell command, deep                                      160 levels
        the syntax trees of a shell command                                           200000 nodes
        words that one word of a shell command becomes                                64 words
        folders that a shell command may be in                                        4 folders
        rounds of a shell loop that are looked at one by one                          16 rounds
        the value of a shell variable                                                 4096 characters
        progress reports of the shell parser                                          50000 reports
        the rules of a sandbox for one command                                        96 KB
        what the launcher reports about a command                                     16 KB
        tries to start a command whose surroundings change meanwhile                  16 tries
        how long a sandbox may take to say that it runs, before it counts as running  10000 ms
        commands that wait to be started                                              64 commands
        the trial run of a sandbox                                                    5000 ms
        what is kept of a failed trial run                                            400 bytes
        submodules whose hooks are protected                                          256 folders
        a file of git that points to a folder                                         8 KB
        the kernel's list of sockets                                                  2 MB
        sockets hidden from one command                                               128 sockets
        entries of /run and /tmp in which sockets are looked for                      4096 entries
        what is kept of protected files to put them back                              4 MB
        protected files that are watched                                              4096 files
        files beside hidden ones that Landlock is told of                             16384 files
        tries to remove the control group of a command, a millisecond apart           100 tries
        processes that are looked at to end a command                                 65536 processes
        passes over the processes of a command to end them                            500 passes
        a request to the engine of containers                                         60000 ms
        getting the image of containers                                               900000 ms
        containers of dead servers that are removed at a start                        256 containers
        containers of one server                                                      64 containers
        containers that are kept ready                                                8 containers
        output of a program in a container that nobody has read                       64 KB
        a message of the engine of containers                                         500 characters
        folders and files that a container is given                                   1024 paths
        private folders that are looked at for those of dead servers                  10000 folders
        the /tmp of a container                                                       1024 MB
        a file of MCP servers                                                         1 MB
        servers of one file                                                           100 servers
        arguments, variables, headers or tools named for one server                   256 values
        name of an MCP server                                                         64 characters
        a text of a server's configuration with its references replaced               64 KB
        name of a server's tool as models know it                                     64 characters
        part of that name for the server                                              24 characters
        one message of an MCP server                                                  64 MB
        messages in one line of a server                                              256 messages
        time for a server to read a message                                           30000 ms
        entries of one list of a server                                               1000 entries
        pages of one list of a server                                                 100 pages
        name of a server's tool, prompt or argument                                   256 bytes
        description of a server's tool, prompt or resource                            16 KB
        arguments of one prompt of a server                                           64 arguments
        schema of a server's tool                                                     64 KB
        depth of the schema of a server's tool                                        32 levels
        references in the schema of a server's tool                                   256 references
        parts of one result of a server                                               1000 parts
        a name, URI or media type of a server                                         8 KB
        what a server says of itself for the model                                    16 KB
        why a server could not be started                                             8 KB
        time for a connection of HTTP to end                                          5000 ms
        time to connect to a server of HTTP                                           15000 ms
        redirections of one request to a server of HTTP                               5 redirections
        times a server may ask for more in the middle of one request                  10 times
        one error of a server                                                         8 KB
        questions of one server that are open at a time                               16 questions
        one question of a server to the user                                          16 KB
        messages, stop sequences or hints of a server's request to the model          256 items
        tokens that a server may ask the model for                                    65536 tokens
        reports of progress that wait                                                 64 reports
        lines of a server's log and standard error                                    50 lines a second, of each
        wait for the reason why a server ended                                        1000 ms
        a line of a server's log                                                      4 KB
        a line of a server's standard error                                           4 KB
        last lines of a server's standard error in a message                          10 lines
        least time between two readings of a list that a server changed               1000 ms
        wait for the last output of a server that ended                               500 ms
        processes looked at for those that a server left                              100000 processes
        variables of a process looked at for that                                     1 MB
        times they are looked for                                                     50 times
        time for a login with the browser                                             300000 ms
        time to find and ask an authorization server                                  60000 ms
        requests taken at the port of a login                                         64 requests
        one request at the port of a login                                            16 KB
        time of one request at the port of a login                                    10000 ms
        what is kept of one login                                                     64 KB
        one message of another agent                                                  4 MB
        calls of another agent that are under way                                     32 calls
        calls of another agent after it left                                          2000 ms
        name of another agent                                                         64 characters
        one report of a call's progress to another agent                              4 KB
        rules of permission by the user's answers to another agent's questions        1000 rules
        other agents that one editor serves                                           8 agents
        editors' sockets that are looked at                                           256 sockets
    "#]].assert_eq(&resolved.table());
}

#[test]
fn the_page_about_settings_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let text = render::settings_markdown();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        #[allow(
            clippy::disallowed_methods,
            reason = "the test refreshes the page it checks"
        )]
        std::fs::write(&path, &text).unwrap();
    }
    let page = std::fs::read_to_string(&path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    assert!(
        page == text,
        "docs/settings.md is stale; refresh it with: UPDATE_EXPECT=1 cargo test -p aside settings"
    );
}
