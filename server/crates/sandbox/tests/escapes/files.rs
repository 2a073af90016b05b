//! Reading and writing where it is not allowed.
use aside_sandbox::Why;

use crate::harness::each;

#[tokio::test]
async fn what_is_allowed_works() {
    each(async |place| {
        let done = place
            .run(
                "set -e; echo hello > file; cat file; mkdir -p a/b; mv file a/b/; rm -r a; \
                 echo tmp > \"$TMPDIR/x\"; cat \"$TMPDIR/x\"; echo null > /dev/null; \
                 cat $ROOT/outside/file; ls .git/hooks; head -c 3 /dev/urandom | wc -c; exit 3",
            )
            .await;
        assert_eq!(
            done.output, "hello\ntmp\noutside\npre-commit\n3\n",
            "{done:?}"
        );
        assert_eq!((done.exit.code, done.exit.why), (3, Why::Itself));
    })
    .await;
}

#[tokio::test]
async fn nothing_outside_is_written() {
    each(async |place| {
        let done = place
            .run(
                "echo x > $ROOT/outside/new; echo x > $ROOT/outside/file; rm $ROOT/outside/file; \
                 mv $ROOT/outside/file stolen; ln $ROOT/outside/file linked; echo x >> linked; \
                 chmod 777 $ROOT/outside; mkdir $ROOT/outside/d; truncate -s 0 $ROOT/outside/file; \
                 ln -s $ROOT/outside link; echo x > link/new; echo x > link/file; \
                 echo x > /etc/aside-test; echo x > ../secret-file; true",
            )
            .await;
        assert_eq!(place.read("outside/file"), "outside\n", "{done:?}");
        assert_eq!(place.read("secret-file"), "sesame\n");
        assert!(!place.root.join("outside/new").exists());
        assert!(!place.root.join("outside/d").exists());
        assert!(!std::path::Path::new("/etc/aside-test").exists());
    })
    .await;
}

#[tokio::test]
async fn what_is_hidden_is_not_read() {
    each(async |place| {
        let done = place
            .run(
                "cat $ROOT/secrets/key; cat $ROOT/secret-file; ln -s $ROOT/secrets s; cat s/key; \
                 cp $ROOT/secret-file copy; cat copy; cat /proc/self/root$ROOT/secrets/key; \
                 ln $ROOT/secret-file hard && cat hard; mv $ROOT/secrets moved && cat moved/key",
            )
            .await;
        assert!(!done.output.contains("sesame"), "{done:?}");
    })
    .await;
}
