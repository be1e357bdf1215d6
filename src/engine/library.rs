//! The shared library of DuckDB, which is opened when a command first needs it.
//!
//! The library is large: if it were linked, mapping and relocating it would take most of the time of
//! the commands that don't use it. Instead, the functions of the `duckdb` crate go through pointers
//! (`libduckdb-sys` has them for extensions of DuckDB, which get them from the engine that loads
//! them), and [`open`] sets these.
//!
//! This is the only file with unsafe code.

#![expect(unsafe_code, reason = "the functions of a library have the types that the program claims")]

use std::ffi::{c_char, c_void};
use std::sync::OnceLock;

use duckdb::ffi::{duckdb_ext_api_v1, duckdb_extension_access, duckdb_extension_info};

use super::EngineError;
use super::problems::NoLibrary;

/// Opens the library if it isn't open yet. The first use of the `duckdb` crate must come later.
///
/// # Errors
///
/// There is no library, it is of another version, or it lacks a function.
pub(super) fn open() -> Result<(), EngineError> {
    static OPEN: OnceLock<Result<(), EngineError>> = OnceLock::new();
    let opened = OPEN.get_or_init(|| match functions() {
        Ok(functions) => {
            set(&functions);
            Ok(())
        }
        Err(reason) => Err(EngineError::new(NoLibrary { span: None, reason })),
    });
    opened.clone()
}

/// Sets the pointers that the `duckdb` crate calls.
fn set(functions: &duckdb_ext_api_v1) {
    extern "C" fn table(info: duckdb_extension_info, _version: *const c_char) -> *const c_void {
        info.cast_const().cast()
    }
    let info: duckdb_extension_info = std::ptr::from_ref(functions).cast_mut().cast();
    let access = duckdb_extension_access { set_error: None, get_database: None, get_api: Some(table) };
    // SAFETY: `get_api` is set, and returns what it is given: a pointer to a table of functions, which
    // is only read during this call.
    let done = unsafe { duckdb::ffi::duckdb_rs_extension_api_init(info, &raw const access, "") };
    debug_assert_eq!(done, Ok(true), "the table is there");
}

/// A table without any function.
fn no_functions() -> duckdb_ext_api_v1 {
    // SAFETY: all fields are optional functions, and zero is `None`.
    unsafe { std::mem::zeroed() }
}

#[cfg(not(feature = "bundled"))]
mod shared {
    use std::error::Error as _;
    use std::ffi::CStr;

    use duckdb::ffi::duckdb_ext_api_v1;
    use libloading::Library;

    /// The releases whose functions have the types that the `duckdb` crate declares.
    const RELEASES: &str = "1.5.";

    /// Finds the library as the system's loader does, in the folders that build.rs names.
    pub(super) fn library() -> Result<Library, String> {
        let name = libloading::library_filename("duckdb");
        // macOS looks for a bare name elsewhere.
        #[cfg(target_os = "macos")]
        let name = std::path::Path::new("@rpath").join(name);
        // SAFETY: a library of DuckDB only initializes its own data when it is opened. That another
        // library has its name can't be known.
        unsafe { Library::new(name) }.map_err(|error| {
            let source = error.source().map(ToString::to_string);
            source.unwrap_or_else(|| error.to_string())
        })
    }

    /// A function of the library.
    ///
    /// # Safety
    ///
    /// `F` is the type of the function.
    pub(super) unsafe fn function<F: Copy>(library: &Library, name: &str) -> Result<Option<F>, String> {
        // SAFETY: as above; a pointer to a function that is null is `None`.
        match unsafe { library.get::<Option<F>>(name) } {
            Ok(found) if found.is_some() => Ok(*found),
            _ => Err(format!("it has no function `{name}`")),
        }
    }

    /// Fails if the library is of another release.
    pub(super) fn check_release(library: &Library, functions: &mut duckdb_ext_api_v1) -> Result<(), String> {
        // SAFETY: the function has had this type in every release.
        functions.duckdb_library_version = unsafe { function(library, "duckdb_library_version") }?;
        let Some(version) = functions.duckdb_library_version else { return Ok(()) };
        // SAFETY: it returns a constant text that ends with a zero.
        let version = unsafe { CStr::from_ptr(version()) }.to_string_lossy();
        match version.trim_start_matches('v').starts_with(RELEASES) {
            true => Ok(()),
            false => Err(format!("it is DuckDB {version}, and segc needs {RELEASES}x")),
        }
    }
}

macro_rules! functions {
    ($($name:ident)*) => {
        /// The functions that the `duckdb` crate calls, or why they can't be had.
        #[cfg(not(feature = "bundled"))]
        fn functions() -> Result<duckdb_ext_api_v1, String> {
            let library = shared::library()?;
            let mut functions = no_functions();
            shared::check_release(&library, &mut functions)?;
            $(
                // SAFETY: the release is that of the crate, which declares the type of the field.
                functions.$name = unsafe { shared::function(&library, stringify!($name)) }?;
            )*
            // Closing it would take the functions away.
            std::mem::forget(library);
            Ok(functions)
        }

        /// The functions that the `duckdb` crate calls, which are part of the program.
        #[cfg(feature = "bundled")]
        #[expect(clippy::missing_transmute_annotations, reason = "the fields have the types")]
        fn functions() -> Result<duckdb_ext_api_v1, String> {
            unsafe extern "C" {
                $(fn $name();)*
            }
            let mut functions = no_functions();
            $(
                let function: unsafe extern "C" fn() = $name;
                // SAFETY: the crate brings the function, and declares the type of the field.
                functions.$name = Some(unsafe { std::mem::transmute(function) });
            )*
            Ok(functions)
        }
    };
}

// All that segc calls, directly or not; a test compares the list with the program.
functions! {
    duckdb_append_blob
    duckdb_append_bool
    duckdb_append_date
    duckdb_append_double
    duckdb_append_float
    duckdb_append_hugeint
    duckdb_append_int16
    duckdb_append_int32
    duckdb_append_int64
    duckdb_append_int8
    duckdb_append_interval
    duckdb_append_null
    duckdb_append_time
    duckdb_append_timestamp
    duckdb_append_uhugeint
    duckdb_append_uint16
    duckdb_append_uint32
    duckdb_append_uint64
    duckdb_append_uint8
    duckdb_append_value
    duckdb_append_varchar_length
    duckdb_appender_create_ext
    duckdb_appender_destroy
    duckdb_appender_end_row
    duckdb_appender_error
    duckdb_appender_flush
    duckdb_array_type_child_type
    duckdb_bind_blob
    duckdb_bind_boolean
    duckdb_bind_date
    duckdb_bind_decimal
    duckdb_bind_double
    duckdb_bind_float
    duckdb_bind_hugeint
    duckdb_bind_int16
    duckdb_bind_int32
    duckdb_bind_int64
    duckdb_bind_int8
    duckdb_bind_interval
    duckdb_bind_null
    duckdb_bind_time
    duckdb_bind_timestamp
    duckdb_bind_uhugeint
    duckdb_bind_uint16
    duckdb_bind_uint32
    duckdb_bind_uint64
    duckdb_bind_uint8
    duckdb_bind_varchar_length
    duckdb_clear_bindings
    duckdb_close
    duckdb_column_count
    duckdb_column_logical_type
    duckdb_column_name
    duckdb_connect
    duckdb_create_config
    duckdb_create_decimal
    duckdb_data_chunk_get_size
    duckdb_data_chunk_to_arrow
    duckdb_destroy_arrow_options
    duckdb_destroy_config
    duckdb_destroy_data_chunk
    duckdb_destroy_error_data
    duckdb_destroy_extracted
    duckdb_destroy_logical_type
    duckdb_destroy_prepare
    duckdb_destroy_result
    duckdb_destroy_value
    duckdb_disconnect
    duckdb_error_data_error_type
    duckdb_error_data_has_error
    duckdb_error_data_message
    duckdb_execute_prepared
    duckdb_extract_statements
    duckdb_extract_statements_error
    duckdb_fetch_chunk
    duckdb_free
    duckdb_get_type_id
    duckdb_interrupt
    duckdb_library_version
    duckdb_list_type_child_type
    duckdb_map_type_key_type
    duckdb_map_type_value_type
    duckdb_nparams
    duckdb_open_ext
    duckdb_prepare_error
    duckdb_prepare_extracted_statement
    duckdb_prepared_statement_column_count
    duckdb_prepared_statement_column_logical_type
    duckdb_prepared_statement_type
    duckdb_query
    duckdb_result_error
    duckdb_result_get_arrow_options
    duckdb_rows_changed
    duckdb_set_config
    duckdb_struct_type_child_count
    duckdb_struct_type_child_type
    duckdb_to_arrow_schema
    duckdb_union_type_member_count
    duckdb_union_type_member_type
}
